/* Finding one's way in a log ring: path is the newest file, path.1 is older, and so on. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A regular file, opened to be read; -1. i: 0 the newest. */
int
dcc_log_ring_open(const char *path, guint i);
/* The file that follows the one open as fd; -1 when there is none (yet). */
int
dcc_log_ring_open_next(const char *path, int fd);
/* Which file path.1 is now, to be handed to dcc_log_ring_open_first() later. */
guint64
dcc_log_ring_mark(const char *path);
/* The oldest file that is younger than the marked one; -1 when there is none (yet). */
int
dcc_log_ring_open_first(const char *path, guint64 mark);

G_END_DECLS
