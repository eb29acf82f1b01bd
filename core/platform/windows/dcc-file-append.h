/* A file that programs write their output to, each line behind the last, whoever else writes.
 *
 * Threading: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A descriptor that can do nothing but append, so that what inherits it cannot either: it may be one program's standard
 * output and error, and many programs'. The file is made where it is missing; a link is not followed. -1 with errno. */
int
dcc_file_append_open(const char *path);
/* How long the file is now; -1: it cannot be told. */
gint64
dcc_file_append_get_size(int fd);

G_END_DECLS
