/* Names of files that are given, taken and exchanged whole.
 *
 * Threading: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* from becomes to, which is replaced if it is there. Where the system refuses that while somebody has to open, it is tried
 * again for up to a second. FALSE with errno. */
gboolean
dcc_file_whole_move(const char *from, const char *to);
/* Another name of the same file, on the same file system. FALSE with errno: EEXIST where there is something. */
gboolean
dcc_file_whole_link(const char *path, const char *name);
/* Makes name stand for path, which need not be there. FALSE with errno. */
gboolean
dcc_file_whole_point(const char *name, const char *path);
/* (transfer full): what it stands for; NULL: it does for nothing. */
char *
dcc_file_whole_read_pointer(const char *name);

G_END_DECLS
