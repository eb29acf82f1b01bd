/* CPU and memory of any processes: one call takes a reading of all of them.
 *
 * A reading crosses language borders as packed records, for one call that returns bytes is a
 * hundred times cheaper there than an object for each process. */
#pragma once

#include "dcc-error.h"
#include <glib-object.h>

G_BEGIN_DECLS

#define DCC_TYPE_MONITOR (dcc_monitor_get_type())
DCC_API
G_DECLARE_FINAL_TYPE(DccMonitor, dcc_monitor, DCC, MONITOR, GObject)

/**
 * DccProcessStatus:
 * @DCC_PROCESS_STOPPED: it is gone; a process that has its pid now is another one
 * @DCC_PROCESS_RUNNING: it lives: computing, sleeping or paused
 * @DCC_PROCESS_ZOMBIE: it has ended, and its parent has not asked how
 *
 * What the kernel says of a process.
 *
 * Since: 1.0
 */
typedef enum {
    DCC_PROCESS_STOPPED = 0,
    DCC_PROCESS_RUNNING = 1,
    DCC_PROCESS_ZOMBIE = 2,
} DccProcessStatus;

/**
 * DCC_READING_TRACKED:
 *
 * Flag of a #DccReading: it is of a tracked process.
 *
 * Since: 1.0
 */
#define DCC_READING_TRACKED (1u << 0)
/**
 * DCC_READING_HAS_CPU:
 *
 * Flag of a #DccReading: cpu_percent is of a measured span. Without it this process was seen for
 * the first time, and cpu_percent is 0.
 *
 * Since: 1.0
 */
#define DCC_READING_HAS_CPU (1u << 1)

/**
 * DccReading:
 * @pid: offset 0: the pid
 * @memory_bytes: offset 8: resident memory; 0 unless it is running
 * @cpu_percent: offset 16: CPU time over wall time since the reading before; 100 is one core kept
 *   busy, and several cores give more; 0 unless it is running
 * @status: offset 24: a #DccProcessStatus
 * @flags: offset 28: %DCC_READING_TRACKED, %DCC_READING_HAS_CPU
 *
 * One record of what dcc_monitor_refresh() returns: 32 bytes without padding, in the byte order of
 * the machine. For Python's `struct`: `"=qqdII"`.
 *
 * Since: 1.0
 */
typedef struct {
    gint64 pid;
    gint64 memory_bytes;
    double cpu_percent;
    guint32 status;
    guint32 flags;
} DccReading;

DCC_API DccMonitor *
dcc_monitor_new(void);
/* FALSE and INVALID for what can be no pid (below 1, above 2147483647). A pid that nobody has is
 * taken, and read as stopped. Again: takes the number's new owner where the old one is gone. */
DCC_API gboolean
dcc_monitor_track(DccMonitor *self, gint64 pid, GError **error);
/* FALSE where it was not tracked. */
DCC_API gboolean
dcc_monitor_untrack(DccMonitor *self, gint64 pid);
DCC_API gboolean
dcc_monitor_is_tracked(DccMonitor *self, gint64 pid);
DCC_API guint
dcc_monitor_get_tracked_count(DccMonitor *self);
/* (array length=length) (transfer full): DccReading after DccReading, one for each tracked process,
 * in the order of tracking, the dead among them; with nothing tracked that of
 * dcc_monitor_list_all(). *length is in bytes. NULL when there is none. */
DCC_API guint8 *
dcc_monitor_refresh(DccMonitor *self, gsize *length);
/* The same, of every process that /proc shows, tracked or not. */
DCC_API guint8 *
dcc_monitor_list_all(DccMonitor *self, gsize *length);
/* Of any pid, tracked or not: a zombie is not alive. A tracked one is not alive either when its pid
 * has become somebody else's. */
DCC_API gboolean
dcc_monitor_is_alive(DccMonitor *self, gint64 pid);

G_END_DECLS
