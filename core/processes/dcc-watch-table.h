/* The processes of a watcher, waited for together, and how each ended. */
#pragma once

#include "dcc-exit-set.h"
#include "dcc-watch-queue.h"

G_BEGIN_DECLS

typedef struct {
    guint watch;
    gint64 pid;
    DccProcessRef process; /* NONE: it was gone when it was tracked */
    gint64 tracked;        /* monotonic */
    gint64 wait_until;     /* 0, or: it has ended, and until then somebody may reap it */
    gboolean is_beaten;    /* the monitor has it */
} DccWatch;

typedef struct {
    DccExitSet *ends;
    guint last;
    GHashTable *by_watch; /* watch -> DccWatch, which owns */
    GHashTable *by_pid;   /* pid -> DccWatch */
    GQueue ended;         /* watches whose end is to be told, or waits for its reaping */
} DccWatchTable;

gboolean
dcc_watch_table_init(DccWatchTable *self, GError **error);
void
dcc_watch_table_clear(DccWatchTable *self);
/* NULL with the error set. One that is there already is given back. */
DccWatch *
dcc_watch_table_add(DccWatchTable *self, gint64 pid, GError **error);
void
dcc_watch_table_remove(DccWatchTable *self, DccWatch *watch);
DccWatch *
dcc_watch_table_find(DccWatchTable *self, gint64 pid);
/* Makes the waiting for ends return. */
void
dcc_watch_table_wake(DccWatchTable *self);
/* Moves those that were found to have ended to `ended`. */
void
dcc_watch_table_note(DccWatchTable *self, const guint *numbers, guint n);
/* TRUE when its end is to be told now, and *event says how it was; FALSE: it may be told better
 * later. */
gboolean
dcc_watch_table_read_end(DccWatch *watch, gint64 now, DccWatchEvent *event);

G_END_DECLS
