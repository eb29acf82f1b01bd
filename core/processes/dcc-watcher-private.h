/* The inside of DccWatcher, shared by dcc-watcher.c (what callers see) and dcc-watch-loop.c (what
 * runs). */
#pragma once

#include "dcc-watch-table.h"

G_BEGIN_DECLS

#define DCC_NEVER G_MAXINT64

struct _DccWatcher {
    GObject parent_instance;
    gint64 owner;
    GMutex life;
    GMutex lock;
    GCond news;
    GError *broken; /* why there is nothing to wait with */
    DccWatchTable table;
    DccWatchQueue queue;
    DccMonitor *monitor; /* while heartbeats are wanted */
    gint64 next_beat;    /* monotonic; DCC_NEVER */
    guint interval_ms;
    gboolean status_changes;
    gboolean running;
    GThread *thread;
    GSource *source;
    int ready_fd; /* -1 until somebody asks for it */
};

/* TRUE in a process that was forked from the one that made it. */
gboolean
dcc_watcher_is_inert(DccWatcher *self);
/* FALSE with the error set where it cannot work at all. */
gboolean
dcc_watcher_is_usable(DccWatcher *self, GError **error);
/* Calls the handlers of one event; without the lock. */
void
dcc_watcher_emit(DccWatcher *self, const DccWatchEvent *event);

/* The body of the watching thread; ends when running is FALSE and the table is woken. */
gpointer
dcc_watch_loop_run(gpointer watcher);
/* (transfer full): a source that does the same in a main context, and emits. */
GSource *
dcc_watch_loop_new_source(DccWatcher *self);
/* With the lock held: makes ready_fd readable or not. */
void
dcc_watch_loop_set_ready(DccWatcher *self, gboolean ready);
/* With the lock held: gives what is tracked to the monitor, if heartbeats are wanted, so that CPU
 * is measured from now on. */
void
dcc_watch_loop_track_beats(DccWatcher *self);

G_END_DECLS
