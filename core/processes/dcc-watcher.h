/* Ends, heartbeats and changes of any processes, children of this one or not.
 *
 * An end is told exactly once, at once (the kernel tells, nobody polls), with code and signal where
 * the kernel says them. Heartbeats wait in a queue in which a newer one takes the place of an older
 * one of the same process, so a reader that never reads costs no more than one that does. */
#pragma once

#include "dcc-exit-info.h"
#include "dcc-monitor.h"

G_BEGIN_DECLS

#define DCC_TYPE_WATCHER (dcc_watcher_get_type())
DCC_API
G_DECLARE_FINAL_TYPE(DccWatcher, dcc_watcher, DCC, WATCHER, GObject)

/**
 * DccWatchEventType:
 * @DCC_WATCH_HEARTBEAT: a reading of CPU and memory
 * @DCC_WATCH_STATUS_CHANGED: the status is another one
 * @DCC_WATCH_EXITED: the process has ended
 *
 * What a #DccWatchEvent tells.
 *
 * Since: 1.0
 */
typedef enum {
    DCC_WATCH_HEARTBEAT = 1,
    DCC_WATCH_STATUS_CHANGED = 2,
    DCC_WATCH_EXITED = 3,
} DccWatchEventType;

/**
 * DccWatchEvent:
 * @pid: offset 0: the pid
 * @memory_bytes: offset 8: resident memory; of a heartbeat, else 0
 * @cpu_percent: offset 16: as in #DccReading; of a heartbeat, else 0
 * @type: offset 24: a #DccWatchEventType
 * @wait_status: offset 28: the status word of wait(2); -1 where nobody can say how it ended, and
 *   in a heartbeat
 * @exit_code: offset 32: what it gave to exit(); -1 where it did not
 * @signal: offset 36: what ended it; 0 where no signal did
 * @core_dumped: offset 40: 1 where the kernel says it wrote a core
 * @result: offset 41: a #DccResultKind: 1 EXITED, 2 SIGNALED, 6 LOST (nobody can say); 0 NONE in a
 *   heartbeat
 * @old_status: offset 42: a #DccProcessStatus, what it was
 * @new_status: offset 43: a #DccProcessStatus, what it is
 * @watch: offset 44: what dcc_watcher_track() returned
 *
 * One record of what dcc_watcher_drain() returns: 48 bytes without padding, in the byte order of
 * the machine. For Python's `struct`: `"=qqdIiiiBBBBI"`. A change to %DCC_PROCESS_STOPPED carries
 * the same end as the %DCC_WATCH_EXITED that comes right after it.
 *
 * Since: 1.0
 */
typedef struct {
    gint64 pid;
    gint64 memory_bytes;
    double cpu_percent;
    guint32 type;
    gint32 wait_status;
    gint32 exit_code;
    gint32 signal;
    guint8 core_dumped;
    guint8 result;
    guint8 old_status;
    guint8 new_status;
    guint32 watch;
} DccWatchEvent;

/* Properties: heartbeat-interval (uint, milliseconds, 0: none, and no timer; default 0),
 * status-changes (boolean, default FALSE), running (read-only). */
DCC_API DccWatcher *
dcc_watcher_new(void);
DCC_API void
dcc_watcher_set_heartbeat_interval(DccWatcher *self, guint interval_ms);
DCC_API guint
dcc_watcher_get_heartbeat_interval(DccWatcher *self);
DCC_API void
dcc_watcher_set_status_changes(DccWatcher *self, gboolean wanted);
DCC_API gboolean
dcc_watcher_get_status_changes(DccWatcher *self);

/* Any thread, before or after start. The number of this watch, never 0 but with the error set:
 * INVALID for what can be no pid, FAILED without descriptors. A pid that nobody has is taken, and
 * its end told. Again: the same number, as long as its end was not found. An ended process is
 * tracked no more from the moment its end is queued. */
DCC_API guint
dcc_watcher_track(DccWatcher *self, gint64 pid, GError **error);
/* Also takes what is queued of it out of the queue. FALSE where it was not tracked. */
DCC_API gboolean
dcc_watcher_untrack(DccWatcher *self, gint64 pid);
DCC_API gboolean
dcc_watcher_is_tracked(DccWatcher *self, gint64 pid);
DCC_API guint
dcc_watcher_get_tracked_count(DccWatcher *self);

/* Starts a thread that fills the queue for dcc_watcher_drain(). Started already: TRUE. */
DCC_API gboolean
dcc_watcher_start(DccWatcher *self, GError **error);
/* Works in the thread-default main context of the caller instead, and emits the signals there:
 * "heartbeat" (pid gint64, memory-bytes gint64, cpu-percent double), "status-changed" (pid gint64,
 * old DccProcessStatus as uint, new likewise), "exited" (pid gint64, info DccExitInfo). Nothing is
 * queued for dcc_watcher_drain() then. */
DCC_API gboolean
dcc_watcher_attach(DccWatcher *self, GError **error);
/* Ends either; returns when nothing more will be told. What is tracked stays tracked, what is
 * queued stays queued: start goes on where stop left off. Stopped already: nothing. */
DCC_API void
dcc_watcher_stop(DccWatcher *self);
DCC_API gboolean
dcc_watcher_is_running(DccWatcher *self);

/* (array length=length) (transfer full): takes DccWatchEvent after DccWatchEvent out of the queue,
 * oldest first. *length is in bytes. NULL when there is none. Never blocks. */
DCC_API guint8 *
dcc_watcher_drain(DccWatcher *self, gsize *length);
/* Waits until something is queued; FALSE when nothing was in time, or when it is stopped meanwhile.
 * -1: for ever. */
DCC_API gboolean
dcc_watcher_wait(DccWatcher *self, gint64 timeout_ms);
/* A descriptor that is readable while something is queued, for poll() and other main loops. Stays
 * the watcher's. -1: there are no descriptors left. */
DCC_API int
dcc_watcher_get_fd(DccWatcher *self);

G_END_DECLS
