/* Starting, stopping and reading a watcher; see dcc-watcher.h and dcc-watcher-private.h.
 *
 * Threading: any. `life` puts start and stop one after the other, and is not held while handlers
 * run. */
#include "dcc-watcher-private.h"

#include "dcc-fds.h"
#include "dcc-quiet-thread.h"

/* With life held, and only where nothing runs. */
static void
begin(DccWatcher *self)
{
    g_mutex_lock(&self->lock);
    self->running = TRUE;
    self->next_beat = DCC_NEVER;
    dcc_watch_loop_track_beats(self);
    g_mutex_unlock(&self->lock);
}

static gboolean
start_thread(DccWatcher *self, GError **error)
{
    g_autoptr(GError) problem = NULL;

    begin(self);
    self->thread = dcc_quiet_thread_new("dcc-watcher", dcc_watch_loop_run, self, &problem);
    if (self->thread != NULL)
        return TRUE;
    g_mutex_lock(&self->lock);
    self->running = FALSE;
    g_mutex_unlock(&self->lock);
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_FAILED,
                "cannot start a thread to watch processes: %s",
                problem->message);
    return FALSE;
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

    if (!dcc_watcher_is_usable(self, error))
        return FALSE;
    g_mutex_lock(&self->life);
    ok = dcc_watcher_is_running(self) || start_thread(self, error);
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
    GSource *source;

    g_return_val_if_fail(DCC_IS_WATCHER(self), FALSE);

    if (!dcc_watcher_is_usable(self, error))
        return FALSE;
    context = g_main_context_ref_thread_default();
    g_mutex_lock(&self->life);
    if (!dcc_watcher_is_running(self)) {
        begin(self);
        source = dcc_watch_loop_new_source(self);
        g_mutex_lock(&self->lock);
        self->source = source;
        g_mutex_unlock(&self->lock);
        g_source_attach(source, context);
    }
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
    GSource *source;

    g_return_if_fail(DCC_IS_WATCHER(self));

    if (dcc_watcher_is_inert(self))
        return;
    g_mutex_lock(&self->life);
    g_mutex_lock(&self->lock);
    self->running = FALSE;
    source = g_steal_pointer(&self->source);
    g_cond_broadcast(&self->news);
    if (self->thread != NULL)
        dcc_watch_table_wake(&self->table);
    g_mutex_unlock(&self->lock);
    g_clear_pointer(&self->thread, g_thread_join);
    if (source != NULL) {
        g_source_destroy(source);
        g_source_unref(source);
    }
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
    gboolean running;

    g_return_val_if_fail(DCC_IS_WATCHER(self), FALSE);

    if (dcc_watcher_is_inert(self))
        return FALSE;
    g_mutex_lock(&self->lock);
    running = self->running;
    g_mutex_unlock(&self->lock);
    return running;
}

/**
 * dcc_watcher_drain:
 * @self: the #DccWatcher
 * @length: (out): how many bytes
 *
 * Takes everything out of the queue, oldest first, without waiting.
 *
 * Returns: (array length=length) (transfer full): records of 48 bytes; see #DccWatchEvent
 *
 * Since: 1.0
 */
guint8 *
dcc_watcher_drain(DccWatcher *self, gsize *length)
{
    DccWatchEvent *events = NULL;
    gsize n = 0;

    g_return_val_if_fail(DCC_IS_WATCHER(self), NULL);
    g_return_val_if_fail(length != NULL, NULL);

    *length = 0;
    if (dcc_watcher_is_inert(self))
        return NULL;
    g_mutex_lock(&self->lock);
    if (self->queue.events->len > 0) {
        events = dcc_watch_queue_take(&self->queue, &n);
        dcc_watch_loop_set_ready(self, FALSE);
    }
    g_mutex_unlock(&self->lock);
    *length = n * sizeof *events;
    return (guint8 *)events;
}

/**
 * dcc_watcher_wait:
 * @self: the #DccWatcher
 * @timeout_ms: milliseconds; -1: for ever
 *
 * Waits until something is queued.
 *
 * Returns: %FALSE when nothing was in time, or when nothing will be, because it does not run
 *
 * Since: 1.0
 */
gboolean
dcc_watcher_wait(DccWatcher *self, gint64 timeout_ms)
{
    gint64 end = g_get_monotonic_time() + CLAMP(timeout_ms, 0, G_MAXINT64 / 4000) * 1000;
    gboolean in_time = TRUE;
    gboolean any;

    g_return_val_if_fail(DCC_IS_WATCHER(self), FALSE);

    if (dcc_watcher_is_inert(self))
        return FALSE;
    g_mutex_lock(&self->lock);
    while (self->queue.events->len == 0 && self->running && in_time) {
        if (timeout_ms < 0)
            g_cond_wait(&self->news, &self->lock);
        else
            in_time = g_cond_wait_until(&self->news, &self->lock, end);
    }
    any = self->queue.events->len > 0;
    g_mutex_unlock(&self->lock);
    return any;
}

/**
 * dcc_watcher_get_fd:
 * @self: the #DccWatcher
 *
 * A descriptor that is readable while something is queued, for poll() and other main loops than
 * GLib's. It stays the watcher's; only dcc_watcher_drain() is to read from it.
 *
 * Returns: a descriptor; -1 when there are none left
 *
 * Since: 1.0
 */
int
dcc_watcher_get_fd(DccWatcher *self)
{
    int fd;

    g_return_val_if_fail(DCC_IS_WATCHER(self), -1);

    if (dcc_watcher_is_inert(self))
        return -1;
    g_mutex_lock(&self->lock);
    if (self->ready_fd < 0)
        self->ready_fd = dcc_fds_open_flag(self->queue.events->len > 0);
    fd = self->ready_fd;
    g_mutex_unlock(&self->lock);
    return fd;
}
