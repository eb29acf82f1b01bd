/* What a watcher knows and has to tell; see the header.
 *
 * Contract: an end is told once, by the turn that finds it; a heartbeat may be skipped. While no
 * heartbeats are wanted nothing wakes up but by an end.
 *
 * Threading: any. The lock guards everything, and is never held while somebody waits or is called
 * back. After a fork the child's copy is inert: its thread is not there, and what it waits with is
 * the parent's too; so the owner is asked before anything else, even before a lock is taken. */
#include "dcc-watch-core.h"

#include "dcc-fds.h"
#include "dcc-watch-table.h"

#include <unistd.h>

#define ENDS_PER_TURN 256
#define RETRY_US      2000

typedef enum { PHASE_NEW, PHASE_RUNNING, PHASE_STOPPED } Phase;

struct _DccWatchCore {
    gint64 owner;
    GMutex lock;
    GCond news;
    GError *broken; /* why there is nothing to wait with */
    DccWatchTable table;
    DccWatchQueue queue;
    DccMonitor *monitor; /* while heartbeats are wanted */
    gint64 next_beat;    /* monotonic; DCC_WATCH_NEVER */
    guint interval_ms;
    gboolean status_changes;
    Phase phase;
    int ready_fd; /* -1 until somebody asks for it */
    gboolean ready;
};

DccWatchCore *
dcc_watch_core_new(void)
{
    DccWatchCore *self = g_new0(DccWatchCore, 1);

    self->owner = getpid();
    self->ready_fd = -1;
    self->next_beat = DCC_WATCH_NEVER;
    g_mutex_init(&self->lock);
    g_cond_init(&self->news);
    dcc_watch_queue_init(&self->queue);
    dcc_watch_table_init(&self->table, &self->broken);
    return self;
}

void
dcc_watch_core_free(DccWatchCore *self)
{
    /* An inert copy may have been forked while its lock was held. */
    if (!dcc_watch_core_is_inert(self)) {
        g_mutex_clear(&self->lock);
        g_cond_clear(&self->news);
        g_clear_object(&self->monitor);
    }
    dcc_watch_table_clear(&self->table);
    dcc_watch_queue_clear(&self->queue);
    g_clear_error(&self->broken);
    dcc_fds_close_flag(&self->ready_fd);
    g_free(self);
}

gboolean
dcc_watch_core_is_inert(DccWatchCore *self)
{
    return self->owner != getpid();
}

gboolean
dcc_watch_core_is_usable(DccWatchCore *self, GError **error)
{
    if (dcc_watch_core_is_inert(self)) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_FAILED,
                    "this watcher belongs to process %d, which forked this one: make another",
                    (int)self->owner);
        return FALSE;
    }
    if (self->broken != NULL) {
        g_propagate_error(error, g_error_copy(self->broken));
        return FALSE;
    }
    return TRUE;
}

/* With the lock held, after each change of queue or phase. */
static void
update_ready(DccWatchCore *self)
{
    gboolean wanted = self->queue.events->len > 0 || self->phase == PHASE_STOPPED;

    if (self->ready_fd < 0 || wanted == self->ready)
        return;
    dcc_fds_set_flag(self->ready_fd, wanted);
    self->ready = wanted;
}

static void
push(DccWatchCore *self, const DccWatchEvent *event)
{
    dcc_watch_queue_push(&self->queue, event);
}

static void
tell_ends(DccWatchCore *self, gint64 now)
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

/* With the lock held: gives what is tracked to the monitor, if heartbeats are wanted, so that CPU
 * is measured from now on. */
static void
track_beats(DccWatchCore *self)
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
tell_beats(DccWatchCore *self)
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
beat(DccWatchCore *self, gint64 now)
{
    gint64 interval = (gint64)self->interval_ms * 1000;

    if (interval == 0) {
        self->next_beat = DCC_WATCH_NEVER;
        return;
    }
    /* What is tracked since the last turn has the CPU clock of now to be measured from. */
    if (self->next_beat == DCC_WATCH_NEVER || self->next_beat > now + interval)
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
turn(DccWatchCore *self, const guint *ends, guint n)
{
    gint64 now = g_get_monotonic_time();
    guint before = self->queue.events->len;

    dcc_watch_table_note(&self->table, ends, n);
    tell_ends(self, now);
    track_beats(self);
    beat(self, now);
    update_ready(self);
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

    if (due == DCC_WATCH_NEVER)
        return -1;
    left = due - g_get_monotonic_time();
    return left <= 0 ? 0 : (int)MIN((left + 999) / 1000, G_MAXINT);
}

gint64
dcc_watch_core_turn(DccWatchCore *self, gint64 due)
{
    guint ends[ENDS_PER_TURN];
    guint n = dcc_exit_set_wait(self->table.ends, ends, ENDS_PER_TURN, to_timeout(due));
    gint64 next = DCC_WATCH_OVER;

    g_mutex_lock(&self->lock);
    if (self->phase == PHASE_RUNNING)
        next = turn(self, ends, n);
    g_mutex_unlock(&self->lock);
    return next;
}

void
dcc_watch_core_add_to_source(DccWatchCore *self, GSource *source)
{
    dcc_exit_set_add_to_source(self->table.ends, source);
}

static void
set_phase(DccWatchCore *self, Phase phase)
{
    self->phase = phase;
    update_ready(self);
}

void
dcc_watch_core_begin(DccWatchCore *self)
{
    g_mutex_lock(&self->lock);
    set_phase(self, PHASE_RUNNING);
    /* What is tracked has the CPU clock of now to be measured from. */
    self->next_beat = DCC_WATCH_NEVER;
    track_beats(self);
    g_mutex_unlock(&self->lock);
}

void
dcc_watch_core_end(DccWatchCore *self)
{
    g_mutex_lock(&self->lock);
    if (self->phase == PHASE_RUNNING) {
        set_phase(self, PHASE_STOPPED);
        g_cond_broadcast(&self->news);
        dcc_watch_table_wake(&self->table);
    }
    g_mutex_unlock(&self->lock);
}

gboolean
dcc_watch_core_is_running(DccWatchCore *self)
{
    gboolean running;

    g_mutex_lock(&self->lock);
    running = self->phase == PHASE_RUNNING;
    g_mutex_unlock(&self->lock);
    return running;
}

guint
dcc_watch_core_track(DccWatchCore *self, gint64 pid, GError **error)
{
    DccWatch *watch;
    guint number = 0;

    g_mutex_lock(&self->lock);
    watch = dcc_watch_table_add(&self->table, pid, error);
    if (watch != NULL) {
        number = watch->watch;
        track_beats(self);
        if (watch->process == DCC_PROCESS_REF_NONE || self->interval_ms > 0)
            dcc_watch_table_wake(&self->table);
    }
    g_mutex_unlock(&self->lock);
    return number;
}

gboolean
dcc_watch_core_untrack(DccWatchCore *self, gint64 pid)
{
    DccWatch *watch;

    g_mutex_lock(&self->lock);
    watch = dcc_watch_table_find(&self->table, pid);
    if (watch != NULL) {
        dcc_watch_queue_drop(&self->queue, watch->watch);
        update_ready(self);
        if (watch->is_beaten)
            dcc_monitor_untrack(self->monitor, pid);
        dcc_watch_table_remove(&self->table, watch);
    }
    g_mutex_unlock(&self->lock);
    return watch != NULL;
}

gboolean
dcc_watch_core_is_tracked(DccWatchCore *self, gint64 pid)
{
    gboolean is_there;

    g_mutex_lock(&self->lock);
    is_there = dcc_watch_table_find(&self->table, pid) != NULL;
    g_mutex_unlock(&self->lock);
    return is_there;
}

guint
dcc_watch_core_count(DccWatchCore *self)
{
    guint n;

    g_mutex_lock(&self->lock);
    n = g_hash_table_size(self->table.by_pid);
    g_mutex_unlock(&self->lock);
    return n;
}

void
dcc_watch_core_set_interval(DccWatchCore *self, guint interval_ms)
{
    g_mutex_lock(&self->lock);
    self->interval_ms = interval_ms;
    self->next_beat = DCC_WATCH_NEVER;
    track_beats(self);
    dcc_watch_table_wake(&self->table);
    g_mutex_unlock(&self->lock);
}

guint
dcc_watch_core_get_interval(DccWatchCore *self)
{
    return self->interval_ms;
}

void
dcc_watch_core_set_status_changes(DccWatchCore *self, gboolean wanted)
{
    g_mutex_lock(&self->lock);
    self->status_changes = wanted;
    g_mutex_unlock(&self->lock);
}

gboolean
dcc_watch_core_get_status_changes(DccWatchCore *self)
{
    return self->status_changes;
}

DccWatchEvent *
dcc_watch_core_take(DccWatchCore *self, gsize *n)
{
    DccWatchEvent *events = NULL;

    *n = 0;
    g_mutex_lock(&self->lock);
    if (self->queue.events->len > 0)
        events = dcc_watch_queue_take(&self->queue, n);
    update_ready(self);
    g_mutex_unlock(&self->lock);
    return events;
}

void
dcc_watch_core_give_back(DccWatchCore *self, const DccWatchEvent *events, gsize n)
{
    g_mutex_lock(&self->lock);
    for (gsize i = 0; i < n; i++)
        push(self, &events[i]);
    update_ready(self);
    g_mutex_unlock(&self->lock);
}

gboolean
dcc_watch_core_wait(DccWatchCore *self, gint64 timeout_ms)
{
    gint64 end = g_get_monotonic_time() + CLAMP(timeout_ms, 0, G_MAXINT64 / 4000) * 1000;
    gboolean in_time = TRUE;
    gboolean any;

    g_mutex_lock(&self->lock);
    while (self->queue.events->len == 0 && self->phase == PHASE_RUNNING && in_time) {
        if (timeout_ms < 0)
            g_cond_wait(&self->news, &self->lock);
        else
            in_time = g_cond_wait_until(&self->news, &self->lock, end);
    }
    any = self->queue.events->len > 0;
    g_mutex_unlock(&self->lock);
    return any;
}

int
dcc_watch_core_get_ready_fd(DccWatchCore *self)
{
    int fd;

    g_mutex_lock(&self->lock);
    if (self->ready_fd < 0)
        self->ready_fd = dcc_fds_open_flag(FALSE);
    update_ready(self);
    fd = self->ready_fd;
    g_mutex_unlock(&self->lock);
    return fd;
}
