/* The events of a watcher until somebody takes them: as many heartbeats as there are processes at
 * most, and every end. */
#pragma once

#include "dcc-watcher.h"

G_BEGIN_DECLS

typedef struct {
    GArray *events;    /* DccWatchEvent */
    GHashTable *beats; /* watch -> index of its heartbeat in events + 1 */
} DccWatchQueue;

void
dcc_watch_queue_init(DccWatchQueue *self);
void
dcc_watch_queue_clear(DccWatchQueue *self);
/* A heartbeat takes the place of one of the same watch that still waits. */
void
dcc_watch_queue_push(DccWatchQueue *self, const DccWatchEvent *event);
/* All of this watch. */
void
dcc_watch_queue_drop(DccWatchQueue *self, guint watch);
/* (transfer full): all of it, *n events. */
DccWatchEvent *
dcc_watch_queue_take(DccWatchQueue *self, gsize *n);

G_END_DECLS
