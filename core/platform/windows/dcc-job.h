/* The job that a process was started into: it holds all that the process starts, however they detach themselves.
 *
 * A job has a name that says which process it was made for. A handle of it lies in that process, so that the name is
 * there as long as the process is, whoever else has ended; in each that dcc_job_lend_all() has found in it; and one here,
 * until all of its processes have ended. Who starts a session in it may have that leave it (breakaway). Threading: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* process: a handle; suspended, so that it starts nothing before. FALSE with errno. */
gboolean
dcc_job_make_for(gpointer process);
/* From here on the job of a process that somebody else has started is there as long as one that was made here. FALSE: it
 * is there no more. */
gboolean
dcc_job_hold(gint64 pid, guint64 start);
/* Puts a handle of each job that is held here into each process of it that has none yet: what is left of them can be
 * found, whoever else has ended. Quick where none has started anything since. */
void
dcc_job_lend_all(void);
/* Ends all processes of the job that was made for this one. FALSE: there is none any more, or the system refuses. */
gboolean
dcc_job_terminate(gint64 pid, guint64 start, guint32 code);
/* How many of its processes live; 0 also where there is no such job any more. */
guint
dcc_job_count(gint64 pid, guint64 start);
/* Whether this process is one of them: a number of theirs may be another's by now. */
gboolean
dcc_job_has(gint64 pid, guint64 start, gpointer process);
/* (transfer full) (element-type gint64): their numbers. */
GArray *
dcc_job_list(gint64 pid, guint64 start);
/* When a process was created, in the system's units of 100 ns since 1601; 0: not known. */
guint64
dcc_job_read_start(gpointer process);

G_END_DECLS
