/* One turn of a watcher after the other, in a thread of its own or in somebody's main loop.
 *
 * Contract: an end is told once, by the turn that finds it; a heartbeat may be skipped. While no
 * heartbeats are wanted nothing wakes up but by an end. Threading: one loop at a time, and the
 * watcher's lock for all that it touches. */
#include "dcc-watcher-private.h"

#include "dcc-fds.h"

#define ENDS_PER_TURN 256
#define RETRY_US      2000

typedef struct {
    GSource source;
    GWeakRef watcher;
} WatchSource;

void
dcc_watch_loop_set_ready(DccWatcher *self, gboolean ready)
{
    if (self->ready_fd >= 0)
        dcc_fds_set_flag(self->ready_fd, ready);
}

static void
push(DccWatcher *self, const DccWatchEvent *event)
{
    if (self->queue.events->len == 0)
        dcc_watch_loop_set_ready(self, TRUE);
    dcc_watch_queue_push(&self->queue, event);
}

static void
tell_ends(DccWatcher *self, gint64 now)
{
    GList *next;

    for (GList *link = self->table.ended.head; link != NULL; link = next) {
        DccWatch *watch = link->data;
        DccWatchEvent event;

        next = link->next;
        if (!dcc_watch_table_read_end(watch, now, &event))
            continue;
        if (self->status_changes) {
            DccWatchEvent change = event;

            change.type = DCC_WATCH_STATUS_CHANGED;
            push(self, &change);
        }
        push(self, &event);
        if (watch->is_beaten)
            dcc_monitor_untrack(self->monitor, watch->pid);
        dcc_watch_table_remove(&self->table, watch);
    }
}

void
dcc_watch_loop_track_beats(DccWatcher *self)
{
    GHashTableIter iter;
    gpointer value;

    if (self->interval_ms == 0)
        return;
    if (self->monitor == NULL)
        self->monitor = dcc_monitor_new();
    g_hash_table_iter_init(&iter, self->table.by_watch);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        DccWatch *watch = value;

        if (!watch->is_beaten)
            watch->is_beaten = dcc_monitor_track(self->monitor, watch->pid, NULL);
    }
}

static void
tell_beats(DccWatcher *self)
{
    g_autofree guint8 *bytes = NULL;
    gsize length = 0;

    if (dcc_monitor_get_tracked_count(self->monitor) == 0)
        return;
    bytes = dcc_monitor_refresh(self->monitor, &length);
    for (gsize i = 0; i < length / sizeof(DccReading); i++) {
        const DccReading *reading = &((const DccReading *)bytes)[i];
        DccWatch *watch = dcc_watch_table_find(&self->table, reading->pid);
        DccWatchEvent event = {
            .pid = reading->pid,
            .memory_bytes = reading->memory_bytes,
            .cpu_percent = reading->cpu_percent,
            .type = DCC_WATCH_HEARTBEAT,
            .wait_status = -1,
            .exit_code = -1,
            .old_status = DCC_PROCESS_RUNNING,
            .new_status = DCC_PROCESS_RUNNING,
        };

        /* The end of one that does not run is for the kernel to tell. */
        if (watch == NULL || reading->status != DCC_PROCESS_RUNNING)
            continue;
        event.watch = watch->watch;
        push(self, &event);
    }
}

static void
beat(DccWatcher *self, gint64 now)
{
    gint64 interval = (gint64)self->interval_ms * 1000;

    if (interval == 0) {
        self->next_beat = DCC_NEVER;
        return;
    }
    /* What is tracked since the last turn has the CPU clock of now to be measured from. */
    if (self->next_beat == DCC_NEVER || self->next_beat > now + interval)
        self->next_beat = now + interval;
    if (now < self->next_beat)
        return;
    tell_beats(self);
    /* Beats that were slept through are not made up for. */
    self->next_beat += interval;
    if (self->next_beat <= now)
        self->next_beat = now + interval;
}

/* With the lock held. Returns when to turn again at the latest. */
static gint64
turn(DccWatcher *self, const guint *ends, guint n)
{
    gint64 now = g_get_monotonic_time();
    guint before = self->queue.events->len;

    dcc_watch_table_note(&self->table, ends, n);
    tell_ends(self, now);
    dcc_watch_loop_track_beats(self);
    beat(self, now);
    if (self->queue.events->len > before)
        g_cond_broadcast(&self->news);
    if (self->table.ended.length > 0)
        return MIN(self->next_beat, now + RETRY_US);
    return self->next_beat;
}

static int
to_timeout(gint64 due)
{
    gint64 left;

    if (due == DCC_NEVER)
        return -1;
    left = due - g_get_monotonic_time();
    return left <= 0 ? 0 : (int)MIN((left + 999) / 1000, G_MAXINT);
}

gpointer
dcc_watch_loop_run(gpointer data)
{
    DccWatcher *self = data;
    guint ends[ENDS_PER_TURN];
    gboolean running = TRUE;
    gint64 due = 0;

    while (running) {
        guint n = dcc_exit_set_wait(self->table.ends, ends, ENDS_PER_TURN, to_timeout(due));

        g_mutex_lock(&self->lock);
        running = self->running;
        if (running)
            due = turn(self, ends, n);
        g_mutex_unlock(&self->lock);
    }
    return NULL;
}

/* TRUE while it is this very source that is attached. What is not emitted goes back to the queue:
 * nothing is lost when a handler calls stop. */
static gboolean
emit_all(DccWatcher *self, GSource *source, DccWatchEvent *events, gsize n)
{
    gboolean attached = TRUE;
    gsize i;

    for (i = 0; i < n && attached; i++) {
        dcc_watcher_emit(self, &events[i]);
        g_mutex_lock(&self->lock);
        attached = self->source == source;
        g_mutex_unlock(&self->lock);
    }
    g_mutex_lock(&self->lock);
    for (; i < n; i++)
        push(self, &events[i]);
    g_mutex_unlock(&self->lock);
    return attached;
}

static gboolean
dispatch(GSource *source, GSourceFunc func, gpointer data)
{
    g_autoptr(DccWatcher) self = g_weak_ref_get(&((WatchSource *)source)->watcher);
    guint ends[ENDS_PER_TURN];
    g_autofree DccWatchEvent *events = NULL;
    gsize n_events = 0;
    gint64 due;
    guint n;

    if (self == NULL || dcc_watcher_is_inert(self))
        return G_SOURCE_REMOVE;
    n = dcc_exit_set_wait(self->table.ends, ends, ENDS_PER_TURN, 0);
    g_mutex_lock(&self->lock);
    if (self->source != source) {
        g_mutex_unlock(&self->lock);
        return G_SOURCE_REMOVE;
    }
    due = turn(self, ends, n);
    events = dcc_watch_queue_take(&self->queue, &n_events);
    if (n_events > 0)
        dcc_watch_loop_set_ready(self, FALSE);
    g_mutex_unlock(&self->lock);
    g_source_set_ready_time(source, due == DCC_NEVER ? -1 : due);
    return emit_all(self, source, events, n_events) ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
finalize_source(GSource *source)
{
    g_weak_ref_clear(&((WatchSource *)source)->watcher);
}

static GSourceFuncs source_funcs = {.dispatch = dispatch, .finalize = finalize_source};

GSource *
dcc_watch_loop_new_source(DccWatcher *self)
{
    GSource *source = g_source_new(&source_funcs, sizeof(WatchSource));

    g_weak_ref_init(&((WatchSource *)source)->watcher, self);
    g_source_set_name(source, "dcc-watcher");
    dcc_exit_set_add_to_source(self->table.ends, source);
    g_source_set_ready_time(source, 0);
    return source;
}
