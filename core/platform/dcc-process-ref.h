/* A handle of one process, which no other process can take over: what a number is not.
 *
 * It says whether the process has ended, and how, as far as the system tells. Threading: any. */
#pragma once

#include "dcc-api.h"

G_BEGIN_DECLS

/* Where the system's handle is readable when the process has ended (Linux: a pidfd) it can be
 * polled. */
typedef int DccProcessRef;
#define DCC_PROCESS_REF_NONE (-1)

/* Of whoever has the number now. NONE with errno; *gone: because nobody has it. */
DccProcessRef
dcc_process_ref_open(gint64 pid, gboolean *gone);
/* Another handle of the same process, the caller's to close, which no program that is started gets. NONE with errno. */
DccProcessRef
dcc_process_ref_dup(DccProcessRef self);
/* Closes it, if it is one, and makes it NONE. */
void
dcc_process_ref_close(DccProcessRef *self);
/* TRUE when it has ended, reaped or not. */
gboolean
dcc_process_ref_has_ended(DccProcessRef self);
/* TRUE when it has ended and been reaped: only then the system tells strangers how. */
gboolean
dcc_process_ref_is_reaped(DccProcessRef self);
/* The raw status of a process that has ended, for dcc_exit_status_decode(). Never reaps. */
gboolean
dcc_process_ref_read_exit(DccProcessRef self, int *status);
/* Reaps a child of this process. FALSE: it is none, or has not ended. */
gboolean
dcc_process_ref_reap(DccProcessRef self, int *status);
/* Kills it, not gracefully. FALSE: it has ended, or the system refuses. */
gboolean
dcc_process_ref_kill(DccProcessRef self);
/* Kills all of the process group that it leads or has led, at one blow. FALSE: the system cannot,
 * or there is none. */
gboolean
dcc_process_ref_kill_group(DccProcessRef self);
/* Whether the system tells the exit of a process that is not our child. */
gboolean
dcc_process_ref_can_read_exit(void);

G_END_DECLS
