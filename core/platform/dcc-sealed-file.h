/* A copy of a file in memory that nobody can change any more, and that can be loaded as code.
 *
 * Threading: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* fd: a regular file of this size. name: what process lists and core files are to show. A
 * descriptor; -1: the system has no such copies, or none that may be loaded. */
int
dcc_sealed_file_copy(int fd, const char *name, gint64 size);
/* (transfer full): a path to load it by while it is open. n: different numbers give different
 * paths, so that a loader does not take it for one that had the descriptor before. */
char *
dcc_sealed_file_get_path(int sealed, guint n);

G_END_DECLS
