/* The ends of many processes, waited for together, and a bell to end the waiting.
 *
 * Threading: any; processes may be added, and the set woken, while another thread waits. */
#pragma once

#include "dcc-error.h"
#include "dcc-process-ref.h"

G_BEGIN_DECLS

typedef struct _DccExitSet DccExitSet;

/* (transfer full). Error FAILED: the system gives no descriptors. */
DccExitSet *
dcc_exit_set_new(GError **error);
void
dcc_exit_set_free(DccExitSet *self);
/* number: what dcc_exit_set_wait() is to call it; not 0. The handle stays the caller's. FALSE with
 * errno. */
gboolean
dcc_exit_set_add(DccExitSet *self, DccProcessRef process, guint number);
/* An ended process is told again and again until it is removed. By its handle: a child that was
 * forked meanwhile may hold a copy that keeps it in the set. */
void
dcc_exit_set_remove(DccExitSet *self, DccProcessRef process);
/* Makes one dcc_exit_set_wait() return, this one or the next. */
void
dcc_exit_set_wake(DccExitSet *self);
/* timeout_ms -1: for ever. The number of ends, at most room of them, put into numbers. */
guint
dcc_exit_set_wait(DccExitSet *self, guint *numbers, guint room, int timeout_ms);
/* Dispatches the source when dcc_exit_set_wait() would not wait. */
void
dcc_exit_set_add_to_source(DccExitSet *self, GSource *source);

G_END_DECLS
