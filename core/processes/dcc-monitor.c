/* Readings of many processes in one call; see the header.
 *
 * The samples lie densely in one array, and a table finds a pid's place in it: walking them in a
 * refresh costs nothing beside the system calls.
 *
 * Threading: any, one after the other by a lock. After a fork both copies work, each for itself. */
#include "dcc-monitor.h"

#include "dcc-identity.h"
#include "dcc-sample.h"
#include "dcc-tree.h"

#include <string.h>

struct _DccMonitor {
    GObject parent_instance;
    GMutex lock;
    GArray *samples;    /* DccSample, in the order of tracking */
    GHashTable *places; /* pid -> place in samples + 1 */
    GHashTable
        *passing; /* pid -> DccSample, of dcc_monitor_list_all(): nothing tracked, no files */
};

/* What crosses a language border has no holes. */
G_STATIC_ASSERT(sizeof(DccReading) == 32);
/* A sample's status is told as it is. */
G_STATIC_ASSERT(DCC_PROCESS_STOPPED == (int)DCC_SAMPLE_GONE);
G_STATIC_ASSERT(DCC_PROCESS_RUNNING == (int)DCC_SAMPLE_RUNNING);
G_STATIC_ASSERT(DCC_PROCESS_ZOMBIE == (int)DCC_SAMPLE_ZOMBIE);

/**
 * DccMonitor:
 *
 * Memory, CPU and state of many processes, read in one call. Any thread may ask.
 *
 * Since: 1.0
 */
G_DEFINE_TYPE(DccMonitor, dcc_monitor, G_TYPE_OBJECT)

static DccSample *
sample_at(DccMonitor *self, guint instance_dir)
{
    return &g_array_index(self->samples, DccSample, instance_dir);
}

static DccSample *
find(DccMonitor *self, gint64 pid)
{
    guint instance_dir =
        GPOINTER_TO_UINT(g_hash_table_lookup(self->places, GINT_TO_POINTER((gint)pid)));

    return instance_dir > 0 ? sample_at(self, instance_dir - 1) : NULL;
}

static gboolean
is_pid(gint64 pid)
{
    return pid > 0 && pid <= G_MAXINT32;
}

static void
dcc_monitor_finalize(GObject *object)
{
    DccMonitor *self = DCC_MONITOR(object);

    for (guint i = 0; i < self->samples->len; i++)
        dcc_sample_close(sample_at(self, i));
    g_array_unref(self->samples);
    g_hash_table_unref(self->places);
    g_hash_table_unref(self->passing);
    g_mutex_clear(&self->lock);
    G_OBJECT_CLASS(dcc_monitor_parent_class)->finalize(object);
}

static void
dcc_monitor_class_init(DccMonitorClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = dcc_monitor_finalize;
}

static void
dcc_monitor_init(DccMonitor *self)
{
    g_mutex_init(&self->lock);
    self->samples = g_array_new(FALSE, FALSE, sizeof(DccSample));
    self->places = g_hash_table_new(NULL, NULL);
    self->passing = g_hash_table_new_full(NULL, NULL, NULL, g_free);
}

/**
 * dcc_monitor_new:
 *
 * Makes a monitor that tracks nothing.
 *
 * Returns: (transfer full): a new monitor
 *
 * Since: 1.0
 */
DccMonitor *
dcc_monitor_new(void)
{
    return g_object_new(DCC_TYPE_MONITOR, NULL);
}

static void
add(DccMonitor *self, gint64 pid)
{
    DccSample *old = find(self, pid);
    DccSample sample;

    if (old != NULL && dcc_sample_is_alive(old))
        return;
    if (old != NULL)
        dcc_sample_close(old);
    dcc_sample_open(&sample, pid, TRUE);
    if (old != NULL) {
        *old = sample;
        return;
    }
    g_array_append_val(self->samples, sample);
    g_hash_table_insert(
        self->places, GINT_TO_POINTER((gint)pid), GUINT_TO_POINTER(self->samples->len));
}

/**
 * dcc_monitor_track:
 * @self: the #DccMonitor
 * @pid: a process
 * @error: return location for an error
 *
 * Reads this process at every dcc_monitor_refresh() from now on: the process, not the number, for
 * that may be somebody else's later. A pid that nobody has is taken, and read as stopped. Tracking
 * a pid again changes nothing while the process lives, and takes the number's new owner when it
 * does not.
 *
 * Returns: %TRUE; %FALSE with %DCC_ERROR_INVALID for a number that can be no pid
 *
 * Since: 1.0
 */
gboolean
dcc_monitor_track(DccMonitor *self, gint64 pid, GError **error)
{
    g_return_val_if_fail(DCC_IS_MONITOR(self), FALSE);

    if (!is_pid(pid)) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_INVALID,
                    "%" G_GINT64_FORMAT " is no pid: give 1 to 2147483647",
                    pid);
        return FALSE;
    }
    g_mutex_lock(&self->lock);
    add(self, pid);
    g_mutex_unlock(&self->lock);
    return TRUE;
}

static gboolean
drop(DccMonitor *self, gint64 pid)
{
    DccSample *sample = find(self, pid);
    guint instance_dir;

    if (sample == NULL)
        return FALSE;
    instance_dir = (guint)(sample - sample_at(self, 0));
    dcc_sample_close(sample);
    g_array_remove_index(self->samples, instance_dir);
    g_hash_table_remove(self->places, GINT_TO_POINTER((gint)pid));
    for (guint i = instance_dir; i < self->samples->len; i++)
        g_hash_table_insert(
            self->places, GINT_TO_POINTER((gint)sample_at(self, i)->pid), GUINT_TO_POINTER(i + 1));
    return TRUE;
}

/**
 * dcc_monitor_untrack:
 * @self: the #DccMonitor
 * @pid: a process
 *
 * Reads this process no more.
 *
 * Returns: %FALSE where it was not tracked
 *
 * Since: 1.0
 */
gboolean
dcc_monitor_untrack(DccMonitor *self, gint64 pid)
{
    gboolean was_there;

    g_return_val_if_fail(DCC_IS_MONITOR(self), FALSE);

    g_mutex_lock(&self->lock);
    was_there = is_pid(pid) && drop(self, pid);
    g_mutex_unlock(&self->lock);
    return was_there;
}

/**
 * dcc_monitor_is_tracked:
 * @self: the #DccMonitor
 * @pid: a process
 *
 * Whether this process is tracked, alive or not.
 *
 * Returns: %TRUE if it is
 *
 * Since: 1.0
 */
gboolean
dcc_monitor_is_tracked(DccMonitor *self, gint64 pid)
{
    gboolean is_there;

    g_return_val_if_fail(DCC_IS_MONITOR(self), FALSE);

    g_mutex_lock(&self->lock);
    is_there = is_pid(pid) && find(self, pid) != NULL;
    g_mutex_unlock(&self->lock);
    return is_there;
}

/**
 * dcc_monitor_get_tracked_count:
 * @self: the #DccMonitor
 *
 * How many processes are tracked, alive or not.
 *
 * Returns: a count
 *
 * Since: 1.0
 */
guint
dcc_monitor_get_tracked_count(DccMonitor *self)
{
    guint n;

    g_return_val_if_fail(DCC_IS_MONITOR(self), 0);

    g_mutex_lock(&self->lock);
    n = self->samples->len;
    g_mutex_unlock(&self->lock);
    return n;
}

static void
put(DccReading *reading, const DccSample *sample, guint32 flags)
{
    *reading = (DccReading){
        .pid = sample->pid,
        .memory_bytes = sample->rss_bytes,
        .cpu_percent = sample->percent,
        .status = sample->status,
        .flags = flags | (sample->has_cpu ? DCC_READING_HAS_CPU : 0),
    };
}

static guint8 *
read_tracked(DccMonitor *self, gsize *length)
{
    DccReading *readings = g_new(DccReading, self->samples->len);
    gint64 now = dcc_sample_now();

    for (guint i = 0; i < self->samples->len; i++) {
        dcc_sample_read(sample_at(self, i), now);
        put(&readings[i], sample_at(self, i), DCC_READING_TRACKED);
    }
    *length = self->samples->len * sizeof *readings;
    return (guint8 *)readings;
}

static DccSample *
read_passing(DccMonitor *self, gint64 pid, GHashTable *before)
{
    gpointer key = GINT_TO_POINTER((gint)pid);
    DccSample *sample = NULL;

    if (g_hash_table_steal_extended(before, key, NULL, (gpointer *)&sample))
        dcc_sample_read(sample, dcc_sample_now());
    if (sample == NULL || sample->status == DCC_SAMPLE_GONE) {
        if (sample == NULL)
            sample = g_new(DccSample, 1);
        dcc_sample_open(sample, pid, FALSE);
    }
    g_hash_table_insert(self->passing, key, sample);
    return sample;
}

static guint8 *
read_all(DccMonitor *self, gsize *length)
{
    GArray *readings = g_array_new(FALSE, FALSE, sizeof(DccReading));
    g_autoptr(GHashTable) before = g_steal_pointer(&self->passing);
    g_autoptr(GArray) pids = dcc_tree_list_all();
    DccReading reading;

    /* Those that are gone stay behind in the old table. */
    self->passing = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    for (guint i = 0; i < pids->len; i++) {
        gint64 pid = g_array_index(pids, gint64, i);
        DccSample *sample = find(self, pid);

        if (sample != NULL)
            dcc_sample_read(sample, dcc_sample_now());
        /* One of the number's new owner, where a dead one is tracked. */
        put(&reading,
            sample != NULL && sample->status != DCC_SAMPLE_GONE ? sample
                                                                : read_passing(self, pid, before),
            sample != NULL && sample->status != DCC_SAMPLE_GONE ? DCC_READING_TRACKED : 0);
        if (reading.status != DCC_PROCESS_STOPPED)
            g_array_append_val(readings, reading);
    }
    *length = readings->len * sizeof(DccReading);
    return (guint8 *)g_array_free(readings, FALSE);
}

/**
 * dcc_monitor_refresh:
 * @self: the #DccMonitor
 * @length: (out): how many bytes
 *
 * Takes a reading of every tracked process: one #DccReading after the other, in the order of
 * tracking, the dead among them. With nothing tracked it is dcc_monitor_list_all().
 *
 * CPU is counted since the reading before, or since the process was tracked. Of a span shorter than
 * a millisecond nothing can be said, and the figure before stands.
 *
 * Returns: (array length=length) (transfer full): records of 32 bytes; see #DccReading
 *
 * Since: 1.0
 */
guint8 *
dcc_monitor_refresh(DccMonitor *self, gsize *length)
{
    guint8 *bytes;

    g_return_val_if_fail(DCC_IS_MONITOR(self), NULL);
    g_return_val_if_fail(length != NULL, NULL);

    g_mutex_lock(&self->lock);
    bytes = self->samples->len > 0 ? read_tracked(self, length) : read_all(self, length);
    g_mutex_unlock(&self->lock);
    return bytes;
}

/**
 * dcc_monitor_list_all:
 * @self: the #DccMonitor
 * @length: (out): how many bytes
 *
 * Takes a reading of every process that there is, tracked or not. CPU is counted since the call
 * before; a process that was not there then has 0, without %DCC_READING_HAS_CPU.
 *
 * Returns: (array length=length) (transfer full): records of 32 bytes; see #DccReading
 *
 * Since: 1.0
 */
guint8 *
dcc_monitor_list_all(DccMonitor *self, gsize *length)
{
    guint8 *bytes;

    g_return_val_if_fail(DCC_IS_MONITOR(self), NULL);
    g_return_val_if_fail(length != NULL, NULL);

    g_mutex_lock(&self->lock);
    bytes = read_all(self, length);
    g_mutex_unlock(&self->lock);
    return bytes;
}

/**
 * dcc_monitor_is_alive:
 * @self: the #DccMonitor
 * @pid: any process, tracked or not
 *
 * Whether this process lives now. A zombie does not; and a tracked process does not when another
 * one has its pid.
 *
 * Returns: %TRUE if it lives
 *
 * Since: 1.0
 */
gboolean
dcc_monitor_is_alive(DccMonitor *self, gint64 pid)
{
    DccSample *sample;
    gboolean alive;

    g_return_val_if_fail(DCC_IS_MONITOR(self), FALSE);

    if (!is_pid(pid))
        return FALSE;
    g_mutex_lock(&self->lock);
    sample = find(self, pid);
    alive = sample != NULL ? dcc_sample_is_alive(sample) : dcc_identity_is_pid_alive(pid);
    g_mutex_unlock(&self->lock);
    return alive;
}
