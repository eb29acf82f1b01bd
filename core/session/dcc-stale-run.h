/* A run that ended, or whose session died, while nobody attended it: found when its name is
 * launched again. It is judged by its own adapter, and what it left is brought to safety before its
 * place is cleared. */
#pragma once

#include "dcc-adapter.h"
#include "dcc-clock.h"
#include "dcc-instance-dir.h"

G_BEGIN_DECLS

typedef struct _DccStaleRun DccStaleRun;

typedef void (*DccStaleRunFunc)(gpointer data);

/* adapter: of the application that is to be launched now; that of another one is looked for. dir:
 * borrowed, both locks held. *stale: (transfer full), NULL: there is none. FALSE: error BUSY, its
 * application is alive. */
gboolean
dcc_stale_run_find(
    DccInstanceDir *dir, DccAdapter *adapter, const char *app, DccStaleRun **stale, GError **error);
/* func is called once, from the main loop, when all is told and nothing of it is left; never after
 * dcc_stale_run_free(). Its processes are ended for 2.5 s at the most. */
void
dcc_stale_run_settle(DccStaleRun *self, DccClock *clock, DccStaleRunFunc func, gpointer data);
/* What is not settled by then is left as it is. */
void
dcc_stale_run_free(DccStaleRun *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccStaleRun, dcc_stale_run_free)

G_END_DECLS
