/* What the system says of each thread of a process, for people who look into a hang. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full): a line a thread, at most 512 of them: id, name, state, CPU time, what it waits
 * in, system call. What may not be read is "-". Never NULL; says so when the process is gone. */
char *
dcc_threads_describe(gint64 pid);

G_END_DECLS
