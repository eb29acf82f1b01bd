/* Children of this process, reaped the moment they end, without a signal and without touching
 * anybody else's.
 *
 * One thread for the whole program, from the first child on: a child outlives the object that
 * started it, and must not become a zombie then. */
#pragma once

#include "dcc-spawn.h"

G_BEGIN_DECLS

typedef struct _DccReaped DccReaped;

/* child->process becomes the reaper's, also when this fails. (transfer full). Error FAILED. */
DccReaped *
dcc_reaper_adopt(const DccChild *child, GError **error);
DccReaped *
dcc_reaped_ref(DccReaped *self);
void
dcc_reaped_unref(DccReaped *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccReaped, dcc_reaped_unref)

gint64
dcc_reaped_get_pid(DccReaped *self);
/* TRUE when it has ended and been reaped; *wait_status is -1 where somebody else has reaped it and
 * the kernel does not say how it ended. */
gboolean
dcc_reaped_is_gone(DccReaped *self, int *wait_status);
/* FALSE: it still lives after this time. */
gboolean
dcc_reaped_wait(DccReaped *self, gint64 timeout_ms);
/* sig: DCC_SIGNAL_... While it has not been reaped its pid is its own. An errno; ESRCH: it has
 * been.
 */
int
dcc_reaped_signal(DccReaped *self, int sig);
/* A handle that outlives its reaping, the caller's to close; NONE when it is gone. */
DccProcessRef
dcc_reaped_dup(DccReaped *self);

/* Drops the numbers of adopted children that have not been reaped, which are nobody else's, but
 * one. Returns how many are kept. */
guint
dcc_reaper_leave_out(gint64 *pids, guint n, gint64 but);

/* How a child that once was adopted has ended. was_there: the one that had this pid at that time
 * (monotonic microseconds); else, when nobody had it then, the one that had it last before. Kernels
 * before 6.15 tell the exit only to who reaps it. */
gboolean
dcc_reaper_recall(gint64 pid, gint64 at, gboolean was_there, int *wait_status);

G_END_DECLS
