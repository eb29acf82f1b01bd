/* The file that an application writes its output to by itself, so that nothing of it is lost and nothing waits when
 * nobody attends: no pipe's end is ever missing.
 *
 * Its price: while it runs, the log grows as far as the application prints. What is older than a run is turned away at
 * the next start. Threading: the thread that made it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    int fd;      /* can only append; -1: it could not be opened */
    gint64 seen; /* how long it was when it was last looked at */
} DccOutputFile;

/* Turns a log that has reached its size to path.1 and so on, as the ring of a shim does. size 0: no limit. */
void
dcc_output_file_turn(const char *path, gint64 size, gint64 files);
/* FALSE with errno. */
gboolean
dcc_output_file_open(DccOutputFile *self, const char *path);
void
dcc_output_file_close(DccOutputFile *self);
/* Whether it has grown since the last look. */
gboolean
dcc_output_file_has_grown(DccOutputFile *self);

G_END_DECLS
