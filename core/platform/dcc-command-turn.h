/* What dcc_command_run() asks of the system: what a child writes, until it has ended or is ended.
 *
 * Threading: any. */
#pragma once

#include "dcc-spawn.h"

G_BEGIN_DECLS

/* Adds what is in the pipe: as much as a pipe may hold, and no more, for whoever writes faster than we read is not waited
 * for. What is beyond the limit is dropped. */
void
dcc_command_turn_collect(int fd, GString *output, gsize limit);
/* Collects until it ends, without reaping it. deadline: of the monotonic clock, in microseconds. FALSE: time is up, or it
 * was cancelled. Afterwards dcc_command_turn_collect() waits for nobody. */
gboolean
dcc_command_turn_to_end(const DccChild *child,
                        int fd,
                        GString *output,
                        gsize limit,
                        gint64 deadline,
                        GCancellable *cancellable);
/* It, and what it has started as far as that keeps together. */
void
dcc_command_turn_kill(const DccChild *child);
/* FALSE: by its status it never began. */
gboolean
dcc_command_turn_check_start(const char *program, int status, GError **error);

G_END_DECLS
