/* What somebody may have meant. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Borrowed from known: the one that word begins, or that is at most two letters away; NULL when
 * none is. */
const char *
dcc_spelling_nearest(const char *word, const char *const *known);

G_END_DECLS
