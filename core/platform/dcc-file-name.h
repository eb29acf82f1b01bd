/* Names of files, as the system reads them.
 *
 * Threading: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full): the absolute path without a link in it. NULL: nothing is there, or it cannot be reached. */
char *
dcc_file_name_resolve(const char *path);
/* Whether one name, without a directory, is what the pattern says: '*', '?' and '[...]' as a shell has them, none of
 * them a '.' that begins a name. */
gboolean
dcc_file_name_matches(const char *name, const char *pattern);

G_END_DECLS
