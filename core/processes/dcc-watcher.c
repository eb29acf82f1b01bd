/* Telling ends and heartbeats; see the header.
 *
 * Contract: an end is told once, by the turn of the loop that finds it; a heartbeat may be skipped.
 * While no heartbeats are wanted nothing wakes up but by an end.
 *
 * Threading: any. `lock` guards everything, and is never held while somebody waits or is called
 * back, so nobody who does not read can hold up stop(). `life` puts start and stop one after the
 * other. After a fork the child's copy is inert: its thread is not there, and what it waits with
 * is the parent's too; so owner is asked before anything else, even before a lock is taken. */
#include "dcc-watcher-private.h"

#include <unistd.h>

/* What crosses a language border has no holes. */
G_STATIC_ASSERT(sizeof(DccWatchEvent) == 48);

/**
 * DccWatcher:
 *
 * Ends of any processes, told once each with the code where the kernel knows it, and heartbeats
 * if wanted. It works in a caller's main context or in a thread of its own.
 *
 * Since: 1.0
 */
G_DEFINE_TYPE(DccWatcher, dcc_watcher, G_TYPE_OBJECT)

enum { PROP_HEARTBEAT_INTERVAL = 1, PROP_STATUS_CHANGES, PROP_RUNNING, N_PROPS };
enum { SIGNAL_HEARTBEAT, SIGNAL_STATUS_CHANGED, SIGNAL_EXITED, N_SIGNALS };

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

gboolean
dcc_watcher_is_inert(DccWatcher *self)
{
    return self->owner != getpid();
}

void
dcc_watcher_emit(DccWatcher *self, const DccWatchEvent *event)
{
    g_autoptr(DccExitInfo) info = NULL;

    if (event->type == DCC_WATCH_HEARTBEAT) {
        g_signal_emit(self,
                      signals[SIGNAL_HEARTBEAT],
                      0,
                      event->pid,
                      event->memory_bytes,
                      event->cpu_percent);
        return;
    }
    if (event->type == DCC_WATCH_STATUS_CHANGED) {
        g_signal_emit(self,
                      signals[SIGNAL_STATUS_CHANGED],
                      0,
                      event->pid,
                      (guint)event->old_status,
                      (guint)event->new_status);
        return;
    }
    if (event->result == DCC_RESULT_EXITED)
        info = dcc_exit_info_new_exited(event->exit_code);
    else if (event->result == DCC_RESULT_SIGNALED)
        info = dcc_exit_info_new_signaled(event->signal, event->core_dumped);
    else
        info = dcc_exit_info_new_lost("the kernel does not say how it ended");
    dcc_exit_info_set_pid(info, event->pid);
    g_signal_emit(self, signals[SIGNAL_EXITED], 0, event->pid, info);
}

static void
set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
    DccWatcher *self = DCC_WATCHER(object);

    if (id == PROP_HEARTBEAT_INTERVAL)
        dcc_watcher_set_heartbeat_interval(self, g_value_get_uint(value));
    else if (id == PROP_STATUS_CHANGES)
        dcc_watcher_set_status_changes(self, g_value_get_boolean(value));
    else
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void
get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
    DccWatcher *self = DCC_WATCHER(object);

    if (id == PROP_HEARTBEAT_INTERVAL)
        g_value_set_uint(value, dcc_watcher_get_heartbeat_interval(self));
    else if (id == PROP_STATUS_CHANGES)
        g_value_set_boolean(value, dcc_watcher_get_status_changes(self));
    else if (id == PROP_RUNNING)
        g_value_set_boolean(value, dcc_watcher_is_running(self));
    else
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void
dcc_watcher_dispose(GObject *object)
{
    dcc_watcher_stop(DCC_WATCHER(object));
    G_OBJECT_CLASS(dcc_watcher_parent_class)->dispose(object);
}

static void
dcc_watcher_finalize(GObject *object)
{
    DccWatcher *self = DCC_WATCHER(object);

    /* An inert copy may have been forked while its locks were held. */
    if (!dcc_watcher_is_inert(self)) {
        g_mutex_clear(&self->lock);
        g_mutex_clear(&self->life);
        g_cond_clear(&self->news);
        g_clear_object(&self->monitor);
    }
    dcc_watch_table_clear(&self->table);
    dcc_watch_queue_clear(&self->queue);
    g_clear_error(&self->broken);
    if (self->ready_fd >= 0)
        close(self->ready_fd);
    G_OBJECT_CLASS(dcc_watcher_parent_class)->finalize(object);
}

static void
install_properties(GObjectClass *object_class)
{
    /**
     * DccWatcher:heartbeat-interval:
     *
     * Milliseconds from one heartbeat to the next; 0: there are none, and no timer.
     *
     * Since: 1.0
     */
    props[PROP_HEARTBEAT_INTERVAL] =
        g_param_spec_uint("heartbeat-interval",
                          NULL,
                          NULL,
                          0,
                          G_MAXUINT,
                          0,
                          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
    /**
     * DccWatcher:status-changes:
     *
     * Whether changes of the status are told.
     *
     * Since: 1.0
     */
    props[PROP_STATUS_CHANGES] =
        g_param_spec_boolean("status-changes",
                             NULL,
                             NULL,
                             FALSE,
                             G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
    /**
     * DccWatcher:running:
     *
     * Whether it watches: started or attached, and not stopped.
     *
     * Since: 1.0
     */
    props[PROP_RUNNING] = g_param_spec_boolean(
        "running", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
    g_object_class_install_properties(object_class, N_PROPS, props);
}

static guint
new_signal(const char *name, guint n, GType second, GType third)
{
    return g_signal_new(name,
                        DCC_TYPE_WATCHER,
                        G_SIGNAL_RUN_LAST,
                        0,
                        NULL,
                        NULL,
                        NULL,
                        G_TYPE_NONE,
                        n,
                        G_TYPE_INT64,
                        second,
                        third);
}

static void
dcc_watcher_class_init(DccWatcherClass *klass)
{
    GObjectClass *object_class = G_OBJECT_CLASS(klass);

    object_class->set_property = set_property;
    object_class->get_property = get_property;
    object_class->dispose = dcc_watcher_dispose;
    object_class->finalize = dcc_watcher_finalize;
    install_properties(object_class);
    /**
     * DccWatcher::heartbeat:
     * @self: the #DccWatcher
     * @pid: whose
     * @memory_bytes: resident memory
     * @cpu_percent: CPU time over wall time since the heartbeat before; 100 is one core
     *
     * A reading, while attached.
     *
     * Since: 1.0
     */
    signals[SIGNAL_HEARTBEAT] = new_signal("heartbeat", 3, G_TYPE_INT64, G_TYPE_DOUBLE);
    /**
     * DccWatcher::status-changed:
     * @self: the #DccWatcher
     * @pid: whose
     * @old_status: a #DccProcessStatus
     * @new_status: a #DccProcessStatus
     *
     * The status is another one, while attached.
     *
     * Since: 1.0
     */
    signals[SIGNAL_STATUS_CHANGED] = new_signal("status-changed", 3, G_TYPE_UINT, G_TYPE_UINT);
    /**
     * DccWatcher::exited:
     * @self: the #DccWatcher
     * @pid: whose
     * @info: how it ended
     *
     * A process has ended, while attached. It is tracked no more.
     *
     * Since: 1.0
     */
    signals[SIGNAL_EXITED] = new_signal("exited", 2, DCC_TYPE_EXIT_INFO, G_TYPE_NONE);
}

static void
dcc_watcher_init(DccWatcher *self)
{
    self->owner = getpid();
    self->ready_fd = -1;
    self->next_beat = DCC_NEVER;
    g_mutex_init(&self->life);
    g_mutex_init(&self->lock);
    g_cond_init(&self->news);
    dcc_watch_queue_init(&self->queue);
    dcc_watch_table_init(&self->table, &self->broken);
}

/**
 * dcc_watcher_new:
 *
 * Makes a watcher that tracks nothing, does not run, and tells of ends alone.
 *
 * Returns: (transfer full): a new watcher
 *
 * Since: 1.0
 */
DccWatcher *
dcc_watcher_new(void)
{
    return g_object_new(DCC_TYPE_WATCHER, NULL);
}

/**
 * dcc_watcher_set_heartbeat_interval:
 * @self: the #DccWatcher
 * @interval_ms: milliseconds from one heartbeat to the next; 0: none
 *
 * Wishes for heartbeats of everything that is tracked; also while it runs.
 *
 * Since: 1.0
 */
void
dcc_watcher_set_heartbeat_interval(DccWatcher *self, guint interval_ms)
{
    g_return_if_fail(DCC_IS_WATCHER(self));

    if (dcc_watcher_is_inert(self))
        return;
    g_mutex_lock(&self->lock);
    self->interval_ms = interval_ms;
    self->next_beat = DCC_NEVER;
    dcc_watch_loop_track_beats(self);
    dcc_watch_table_wake(&self->table);
    g_mutex_unlock(&self->lock);
    g_object_notify_by_pspec(G_OBJECT(self), props[PROP_HEARTBEAT_INTERVAL]);
}

/**
 * dcc_watcher_get_heartbeat_interval:
 * @self: the #DccWatcher
 *
 * How often there are heartbeats.
 *
 * Returns: milliseconds; 0: there are none
 *
 * Since: 1.0
 */
guint
dcc_watcher_get_heartbeat_interval(DccWatcher *self)
{
    g_return_val_if_fail(DCC_IS_WATCHER(self), 0);

    return self->interval_ms;
}

/**
 * dcc_watcher_set_status_changes:
 * @self: the #DccWatcher
 * @wanted: whether to tell them
 *
 * Wishes for an event when the status of a process is another one, beside that of its end.
 *
 * Since: 1.0
 */
void
dcc_watcher_set_status_changes(DccWatcher *self, gboolean wanted)
{
    g_return_if_fail(DCC_IS_WATCHER(self));

    if (dcc_watcher_is_inert(self))
        return;
    g_mutex_lock(&self->lock);
    self->status_changes = wanted;
    g_mutex_unlock(&self->lock);
    g_object_notify_by_pspec(G_OBJECT(self), props[PROP_STATUS_CHANGES]);
}

/**
 * dcc_watcher_get_status_changes:
 * @self: the #DccWatcher
 *
 * Whether changes of the status are told.
 *
 * Returns: %TRUE if they are
 *
 * Since: 1.0
 */
gboolean
dcc_watcher_get_status_changes(DccWatcher *self)
{
    g_return_val_if_fail(DCC_IS_WATCHER(self), FALSE);

    return self->status_changes;
}

gboolean
dcc_watcher_is_usable(DccWatcher *self, GError **error)
{
    if (dcc_watcher_is_inert(self)) {
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

/**
 * dcc_watcher_track:
 * @self: the #DccWatcher
 * @pid: a process, child of this one or not
 * @error: return location for an error
 *
 * Tells of this process from now on; from any thread, before or after start. A pid that nobody has
 * is taken, and its end is told. Tracking it again changes nothing until its end was found, and
 * after that means the number's new owner.
 *
 * Returns: the number of this watch, which its events carry; 0 with %DCC_ERROR_INVALID for what can
 *   be no pid, or %DCC_ERROR_FAILED without descriptors
 *
 * Since: 1.0
 */
guint
dcc_watcher_track(DccWatcher *self, gint64 pid, GError **error)
{
    DccWatch *watch;
    guint number = 0;

    g_return_val_if_fail(DCC_IS_WATCHER(self), 0);

    if (pid <= 0 || pid > G_MAXINT32) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_INVALID,
                    "%" G_GINT64_FORMAT " is no pid: give 1 to 2147483647",
                    pid);
        return 0;
    }
    if (!dcc_watcher_is_usable(self, error))
        return 0;
    g_mutex_lock(&self->lock);
    watch = dcc_watch_table_add(&self->table, pid, error);
    if (watch != NULL) {
        number = watch->watch;
        dcc_watch_loop_track_beats(self);
        if (watch->process == DCC_PROCESS_REF_NONE || self->interval_ms > 0)
            dcc_watch_table_wake(&self->table);
    }
    g_mutex_unlock(&self->lock);
    return number;
}

/**
 * dcc_watcher_untrack:
 * @self: the #DccWatcher
 * @pid: a process
 *
 * Tells nothing more of this process, what is queued of it not either.
 *
 * Returns: %FALSE where it was not tracked
 *
 * Since: 1.0
 */
gboolean
dcc_watcher_untrack(DccWatcher *self, gint64 pid)
{
    DccWatch *watch;

    g_return_val_if_fail(DCC_IS_WATCHER(self), FALSE);

    if (dcc_watcher_is_inert(self))
        return FALSE;
    g_mutex_lock(&self->lock);
    watch = dcc_watch_table_find(&self->table, pid);
    if (watch != NULL) {
        dcc_watch_queue_drop(&self->queue, watch->watch);
        if (self->queue.events->len == 0)
            dcc_watch_loop_set_ready(self, FALSE);
        if (watch->is_beaten)
            dcc_monitor_untrack(self->monitor, pid);
        dcc_watch_table_remove(&self->table, watch);
    }
    g_mutex_unlock(&self->lock);
    return watch != NULL;
}

/**
 * dcc_watcher_is_tracked:
 * @self: the #DccWatcher
 * @pid: a process
 *
 * Whether this process is tracked. One whose end was found is not.
 *
 * Returns: %TRUE if it is
 *
 * Since: 1.0
 */
gboolean
dcc_watcher_is_tracked(DccWatcher *self, gint64 pid)
{
    gboolean is_there;

    g_return_val_if_fail(DCC_IS_WATCHER(self), FALSE);

    if (dcc_watcher_is_inert(self))
        return FALSE;
    g_mutex_lock(&self->lock);
    is_there = dcc_watch_table_find(&self->table, pid) != NULL;
    g_mutex_unlock(&self->lock);
    return is_there;
}

/**
 * dcc_watcher_get_tracked_count:
 * @self: the #DccWatcher
 *
 * How many processes are tracked. Those whose ends were found are not.
 *
 * Returns: a count
 *
 * Since: 1.0
 */
guint
dcc_watcher_get_tracked_count(DccWatcher *self)
{
    guint n;

    g_return_val_if_fail(DCC_IS_WATCHER(self), 0);

    if (dcc_watcher_is_inert(self))
        return 0;
    g_mutex_lock(&self->lock);
    n = g_hash_table_size(self->table.by_pid);
    g_mutex_unlock(&self->lock);
    return n;
}
