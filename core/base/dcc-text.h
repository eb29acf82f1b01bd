/* Text that others have written, for people. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full): the text as UTF-8 of at most max bytes (10 or more); one that is longer is cut between two
 * characters and ends with "...". NULL stays NULL. */
char *
dcc_text_cut(const char *text, gsize max);

G_END_DECLS
