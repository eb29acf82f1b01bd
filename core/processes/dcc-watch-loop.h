/* Turns a watcher's core: in a thread of its own, or in a main context, where it emits. */
#pragma once

#include "dcc-watch-core.h"

G_BEGIN_DECLS

typedef struct _DccWatchLoop DccWatchLoop;
typedef void (*DccWatchEmit)(GObject *owner, const DccWatchEvent *event);

/* Fills the queue. NULL with the error set. The core outlives the loop. */
DccWatchLoop *
dcc_watch_loop_new_in_thread(DccWatchCore *core, GError **error);
/* Emits instead, without a lock, while there is an owner; whose is the core. */
DccWatchLoop *
dcc_watch_loop_new_in_context(DccWatchCore *core,
                              GObject *owner,
                              DccWatchEmit emit,
                              GMainContext *context);
/* Nothing more is told when it returns; only a handler that runs in another thread at this moment
 * is not waited for. Frees the loop. */
void
dcc_watch_loop_stop(DccWatchLoop *self);

G_END_DECLS
