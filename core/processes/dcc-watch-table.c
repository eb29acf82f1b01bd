/* What a watcher watches; see the header.
 *
 * Ends are waited for together, and a process can be added from any thread while another one waits,
 * so tracking needs no errand to the watching thread.
 *
 * How a process ended is told by the first of these that knows: our own reaper; the kernel, to us
 * as its parent (a look that leaves it to be reaped by whoever started it); the kernel, to anybody,
 * from 6.15 on, once it has been reaped. For that last one it is waited half a second at most.
 *
 * Threading: the caller's lock. */
#include "dcc-watch-table.h"

#include "dcc-exit-status.h"
#include "dcc-reaper.h"

#include <errno.h>

#define WAIT_FOR_REAPING_US (500 * 1000)

static void
free_watch(gpointer data)
{
    DccWatch *watch = data;

    dcc_process_ref_close(&watch->process);
    g_free(watch);
}

gboolean
dcc_watch_table_init(DccWatchTable *self, GError **error)
{
    self->by_watch = g_hash_table_new_full(NULL, NULL, NULL, free_watch);
    self->by_pid = g_hash_table_new(NULL, NULL);
    g_queue_init(&self->ended);
    self->ends = dcc_exit_set_new(error);
    return self->ends != NULL;
}

void
dcc_watch_table_clear(DccWatchTable *self)
{
    g_queue_clear(&self->ended);
    g_clear_pointer(&self->by_pid, g_hash_table_unref);
    g_clear_pointer(&self->by_watch, g_hash_table_unref);
    g_clear_pointer(&self->ends, dcc_exit_set_free);
}

DccWatch *
dcc_watch_table_find(DccWatchTable *self, gint64 pid)
{
    return pid > 0 && pid <= G_MAXINT32
               ? g_hash_table_lookup(self->by_pid, GINT_TO_POINTER((gint)pid))
               : NULL;
}

static guint
next_number(DccWatchTable *self)
{
    do
        self->last++;
    while (self->last == 0 || g_hash_table_contains(self->by_watch, GUINT_TO_POINTER(self->last)));
    return self->last;
}

DccWatch *
dcc_watch_table_add(DccWatchTable *self, gint64 pid, GError **error)
{
    DccWatch *watch = dcc_watch_table_find(self, pid);
    DccProcessRef process;
    gboolean gone;
    guint number;

    if (watch != NULL)
        return watch;
    number = next_number(self);
    process = dcc_process_ref_open(pid, &gone);
    if (!gone &&
        (process == DCC_PROCESS_REF_NONE || !dcc_exit_set_add(self->ends, process, number))) {
        g_set_error(
            error, DCC_ERROR, DCC_ERROR_FAILED, "cannot watch a process: %s", g_strerror(errno));
        dcc_process_ref_close(&process);
        return NULL;
    }
    watch = g_new0(DccWatch, 1);
    *watch = (DccWatch){number, pid, process, g_get_monotonic_time(), 0, FALSE};
    g_hash_table_insert(self->by_watch, GUINT_TO_POINTER(watch->watch), watch);
    g_hash_table_insert(self->by_pid, GINT_TO_POINTER((gint)pid), watch);
    if (gone)
        g_queue_push_tail(&self->ended, watch);
    return watch;
}

void
dcc_watch_table_remove(DccWatchTable *self, DccWatch *watch)
{
    g_queue_remove(&self->ended, watch);
    if (watch->process != DCC_PROCESS_REF_NONE)
        dcc_exit_set_remove(self->ends, watch->process);
    g_hash_table_remove(self->by_pid, GINT_TO_POINTER((gint)watch->pid));
    g_hash_table_remove(self->by_watch, GUINT_TO_POINTER(watch->watch));
}

void
dcc_watch_table_wake(DccWatchTable *self)
{
    dcc_exit_set_wake(self->ends);
}

void
dcc_watch_table_note(DccWatchTable *self, const guint *numbers, guint n)
{
    for (guint i = 0; i < n; i++) {
        DccWatch *watch = g_hash_table_lookup(self->by_watch, GUINT_TO_POINTER(numbers[i]));

        if (watch == NULL)
            continue;
        dcc_exit_set_remove(self->ends, watch->process);
        g_queue_push_tail(&self->ended, watch);
    }
}

static gboolean
find_status(DccWatch *watch, int *wait_status)
{
    if (dcc_reaper_recall(
            watch->pid, watch->tracked, watch->process != DCC_PROCESS_REF_NONE, wait_status))
        return TRUE;
    return watch->process != DCC_PROCESS_REF_NONE &&
           dcc_process_ref_read_exit(watch->process, wait_status);
}

static gboolean
may_be_told_later(DccWatch *watch, gint64 now)
{
    if (watch->process == DCC_PROCESS_REF_NONE || !dcc_process_ref_can_read_exit())
        return FALSE;
    if (watch->wait_until == 0)
        watch->wait_until = now + WAIT_FOR_REAPING_US;
    return now < watch->wait_until && !dcc_process_ref_is_reaped(watch->process);
}

gboolean
dcc_watch_table_read_end(DccWatch *watch, gint64 now, DccWatchEvent *event)
{
    int status = -1;
    gboolean later = FALSE;
    gboolean known = find_status(watch, &status);
    DccExitStatus end;

    if (!known)
        later = may_be_told_later(watch, now);
    /* It may have been reaped between the two questions. */
    if (!known && !later)
        known = find_status(watch, &status);
    end = dcc_exit_status_decode(known ? status : -1);
    *event = (DccWatchEvent){
        .pid = watch->pid,
        .type = DCC_WATCH_EXITED,
        .wait_status = known ? status : -1,
        .exit_code = end.code,
        .signal = end.signal,
        .core_dumped = end.core_dumped,
        .result = end.kind,
        .old_status = DCC_PROCESS_RUNNING,
        .new_status = DCC_PROCESS_STOPPED,
        .watch = watch->watch,
    };
    return !later;
}
