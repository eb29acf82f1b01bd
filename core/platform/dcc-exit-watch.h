/* Exits of any number of processes, told by one GSource that costs the same however many there are.
 */
#pragma once

#include "dcc-error.h"
#include "dcc-process-ref.h"

G_BEGIN_DECLS

typedef struct _DccExitWatch DccExitWatch;
/* The process has ended (it may not have been reaped). Called once. */
typedef void (*DccExitFunc)(DccProcessRef process, gpointer data);

/* One for each main context: (transfer full) a reference to the thread-default context's. */
DccExitWatch *
dcc_exit_watch_ref_default(void);
void
dcc_exit_watch_unref(DccExitWatch *self);
/* Keeps a duplicate of the handle. Returns an id for removal. */
guint
dcc_exit_watch_add(
    DccExitWatch *self, DccProcessRef process, DccExitFunc func, gpointer data, GError **error);
void
dcc_exit_watch_remove(DccExitWatch *self, guint id);

G_END_DECLS
