/* What a watcher knows and has to tell: the processes that are tracked, their heartbeats, and the
 * queue. It has a lock of its own and no thread: somebody turns it. */
#pragma once

#include "dcc-watcher.h"

G_BEGIN_DECLS

#define DCC_WATCH_NEVER G_MAXINT64
#define DCC_WATCH_OVER  (-1)

typedef struct _DccWatchCore DccWatchCore;

DccWatchCore *
dcc_watch_core_new(void);
void
dcc_watch_core_free(DccWatchCore *self);
/* TRUE in a process that was forked from the one that made it: nothing else may be asked then. */
gboolean
dcc_watch_core_is_inert(DccWatchCore *self);
/* FALSE with the error set where it cannot work at all. */
gboolean
dcc_watch_core_is_usable(DccWatchCore *self, GError **error);

/* 0 with the error set. */
guint
dcc_watch_core_track(DccWatchCore *self, gint64 pid, GError **error);
gboolean
dcc_watch_core_untrack(DccWatchCore *self, gint64 pid);
gboolean
dcc_watch_core_is_tracked(DccWatchCore *self, gint64 pid);
guint
dcc_watch_core_count(DccWatchCore *self);
void
dcc_watch_core_set_interval(DccWatchCore *self, guint interval_ms);
guint
dcc_watch_core_get_interval(DccWatchCore *self);
void
dcc_watch_core_set_status_changes(DccWatchCore *self, gboolean wanted);
gboolean
dcc_watch_core_get_status_changes(DccWatchCore *self);

/* Between begin and end somebody turns it; to turn is to wait for news until due (monotonic; 0: not
 * at all), and to queue them. Returns when to turn again at the latest; DCC_WATCH_OVER after end.
 */
void
dcc_watch_core_begin(DccWatchCore *self);
void
dcc_watch_core_end(DccWatchCore *self);
gboolean
dcc_watch_core_is_running(DccWatchCore *self);
gint64
dcc_watch_core_turn(DccWatchCore *self, gint64 due);
/* Dispatches the source when a turn would not wait. */
void
dcc_watch_core_add_to_source(DccWatchCore *self, GSource *source);

/* (transfer full) (nullable): all that is queued, oldest first. */
DccWatchEvent *
dcc_watch_core_take(DccWatchCore *self, gsize *n);
void
dcc_watch_core_give_back(DccWatchCore *self, const DccWatchEvent *events, gsize n);
/* FALSE: nothing was queued in time, or will be. */
gboolean
dcc_watch_core_wait(DccWatchCore *self, gint64 timeout_ms);
/* Readable while something is queued, and after end. -1: no descriptor is left. */
int
dcc_watch_core_get_ready_fd(DccWatchCore *self);

G_END_DECLS
