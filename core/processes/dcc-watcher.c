/* Telling ends and heartbeats: the type, its properties and signals, and how it runs; see the
 * header.
 *
 * Threading: any. `life` puts start and stop one after the other, and is not held while handlers
 * run; nobody who does not read can hold up stop(). */
#include "dcc-watcher-private.h"

#include "dcc-watch-loop.h"

/* What crosses a language border has no holes. */
G_STATIC_ASSERT(sizeof(DccWatchEvent) == 48);

struct _DccWatcher {
    GObject parent_instance;
    GMutex life;
    DccWatchCore *core;
    DccWatchLoop *loop; /* while it runs */
};

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

DccWatchCore *
dcc_watcher_get_core(DccWatcher *self)
{
    return self->core;
}

static void
emit(GObject *self, const DccWatchEvent *event)
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

    /* An inert copy may have been forked while its lock was held; its loop was not. */
    if (!dcc_watch_core_is_inert(self->core))
        g_mutex_clear(&self->life);
    g_clear_pointer(&self->core, dcc_watch_core_free);
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
    g_mutex_init(&self->life);
    self->core = dcc_watch_core_new();
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

    if (dcc_watch_core_is_inert(self->core))
        return;
    dcc_watch_core_set_interval(self->core, interval_ms);
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

    return dcc_watch_core_get_interval(self->core);
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

    if (dcc_watch_core_is_inert(self->core))
        return;
    dcc_watch_core_set_status_changes(self->core, wanted);
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

    return dcc_watch_core_get_status_changes(self->core);
}

/**
 * dcc_watcher_start:
 * @self: the #DccWatcher
 * @error: return location for an error
 *
 * Watches in a thread of its own, which fills the queue for dcc_watcher_drain(). What ended before
 * is told as well. Where it runs already nothing is done.
 *
 * Returns: %TRUE when it runs; else %DCC_ERROR_FAILED without descriptors or threads, or in a
 * process that was forked from the one that made it
 *
 * Since: 1.0
 */
gboolean
dcc_watcher_start(DccWatcher *self, GError **error)
{
    gboolean ok;

    g_return_val_if_fail(DCC_IS_WATCHER(self), FALSE);

    if (!dcc_watch_core_is_usable(self->core, error))
        return FALSE;
    g_mutex_lock(&self->life);
    if (self->loop == NULL)
        self->loop = dcc_watch_loop_new_in_thread(self->core, error);
    ok = self->loop != NULL;
    g_mutex_unlock(&self->life);
    return ok;
}

/**
 * dcc_watcher_attach:
 * @self: the #DccWatcher
 * @error: return location for an error
 *
 * Watches in the thread-default main context of the caller, and emits #DccWatcher::heartbeat,
 * #DccWatcher::status-changed and #DccWatcher::exited there; nothing is queued for
 * dcc_watcher_drain(). Where it runs already nothing is done.
 *
 * Returns: %TRUE when it runs; else %DCC_ERROR_FAILED, as dcc_watcher_start()
 *
 * Since: 1.0
 */
gboolean
dcc_watcher_attach(DccWatcher *self, GError **error)
{
    g_autoptr(GMainContext) context = NULL;

    g_return_val_if_fail(DCC_IS_WATCHER(self), FALSE);

    if (!dcc_watch_core_is_usable(self->core, error))
        return FALSE;
    context = g_main_context_ref_thread_default();
    g_mutex_lock(&self->life);
    if (self->loop == NULL)
        self->loop = dcc_watch_loop_new_in_context(self->core, G_OBJECT(self), emit, context);
    g_mutex_unlock(&self->life);
    return TRUE;
}

/**
 * dcc_watcher_stop:
 * @self: the #DccWatcher
 *
 * Ends dcc_watcher_start() or dcc_watcher_attach(), and returns when nothing more is told; only a
 * handler that runs in another thread at this moment is not waited for. What is tracked stays
 * tracked, and what is queued stays queued. Where it does not run nothing is done. It never waits
 * for anybody to read.
 *
 * Since: 1.0
 */
void
dcc_watcher_stop(DccWatcher *self)
{
    g_return_if_fail(DCC_IS_WATCHER(self));

    if (dcc_watch_core_is_inert(self->core))
        return;
    g_mutex_lock(&self->life);
    g_clear_pointer(&self->loop, dcc_watch_loop_stop);
    g_mutex_unlock(&self->life);
}

/**
 * dcc_watcher_is_running:
 * @self: the #DccWatcher
 *
 * Whether it watches: started or attached, and not stopped.
 *
 * Returns: %TRUE if it does
 *
 * Since: 1.0
 */
gboolean
dcc_watcher_is_running(DccWatcher *self)
{
    g_return_val_if_fail(DCC_IS_WATCHER(self), FALSE);

    return !dcc_watch_core_is_inert(self->core) && dcc_watch_core_is_running(self->core);
}
