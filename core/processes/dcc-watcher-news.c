/* What a watcher is asked: whom it tracks, and what is queued; see dcc-watcher.h.
 *
 * Threading: any. */
#include "dcc-watcher-private.h"

static gboolean
is_inert(DccWatcher *self)
{
    return dcc_watch_core_is_inert(dcc_watcher_get_core(self));
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
    g_return_val_if_fail(DCC_IS_WATCHER(self), 0);

    if (pid <= 0 || pid > G_MAXINT32) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_INVALID,
                    "%" G_GINT64_FORMAT " is no pid: give 1 to 2147483647",
                    pid);
        return 0;
    }
    if (!dcc_watch_core_is_usable(dcc_watcher_get_core(self), error))
        return 0;
    return dcc_watch_core_track(dcc_watcher_get_core(self), pid, error);
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
    g_return_val_if_fail(DCC_IS_WATCHER(self), FALSE);

    return !is_inert(self) && dcc_watch_core_untrack(dcc_watcher_get_core(self), pid);
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
    g_return_val_if_fail(DCC_IS_WATCHER(self), FALSE);

    return !is_inert(self) && dcc_watch_core_is_tracked(dcc_watcher_get_core(self), pid);
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
    g_return_val_if_fail(DCC_IS_WATCHER(self), 0);

    return is_inert(self) ? 0 : dcc_watch_core_count(dcc_watcher_get_core(self));
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
    DccWatchEvent *events;
    gsize n = 0;

    g_return_val_if_fail(DCC_IS_WATCHER(self), NULL);
    g_return_val_if_fail(length != NULL, NULL);

    *length = 0;
    if (is_inert(self))
        return NULL;
    events = dcc_watch_core_take(dcc_watcher_get_core(self), &n);
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
    g_return_val_if_fail(DCC_IS_WATCHER(self), FALSE);

    return !is_inert(self) && dcc_watch_core_wait(dcc_watcher_get_core(self), timeout_ms);
}

/**
 * dcc_watcher_get_fd:
 * @self: the #DccWatcher
 *
 * A descriptor that is readable while something is queued and, from dcc_watcher_stop() to the next
 * start, while nothing will be; for poll() and other main loops than GLib's. It stays the
 * watcher's; only dcc_watcher_drain() is to read from it.
 *
 * Returns: a descriptor; -1 when there are none left
 *
 * Since: 1.0
 */
int
dcc_watcher_get_fd(DccWatcher *self)
{
    g_return_val_if_fail(DCC_IS_WATCHER(self), -1);

    return is_inert(self) ? -1 : dcc_watch_core_get_ready_fd(dcc_watcher_get_core(self));
}
