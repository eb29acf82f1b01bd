/* Looks at every process; see the header.
 *
 * Threading: any, a search in one thread. */
#include "dcc-process-scan.h"

typedef struct {
    DccProcessScanSeen seen;
    gpointer data;
} Visit;

gboolean
dcc_process_scan_is_living(const DccProc *proc)
{
    return (proc->state != 'Z' && proc->state != 'X') || proc->threads > 1;
}

static bool
see(const DccProc *proc, void *data)
{
    const Visit *visit = data;

    if (visit->seen != NULL)
        visit->seen(proc, visit->data);
    return true;
}

static void
remember_the_dead(DccProcessScan *self)
{
    if (self->all == NULL)
        return;
    if (self->dead == NULL)
        self->dead = g_hash_table_new(NULL, NULL);
    for (gsize i = 0; i < self->n; i++)
        if (!dcc_process_scan_is_living(&self->all[i]) && self->all[i].start_ticks > 0)
            g_hash_table_insert(self->dead,
                                GSIZE_TO_POINTER((gsize)self->all[i].pid),
                                GSIZE_TO_POINTER((gsize)self->all[i].start_ticks));
}

void
dcc_process_scan_take(DccProcessScan *self, DccProcessScanSeen seen, gpointer data)
{
    Visit visit = {seen, data};

    remember_the_dead(self);
    for (gsize room = MAX(self->n * 2, 1024);; room *= 4) {
        g_free(self->all);
        self->all = g_new(DccProc, room);
        self->n = dcc_proc_scan(self->all, room, see, &visit);
        if (self->n < room)
            return;
    }
}

static gboolean
was_dead(const DccProcessScan *self, const DccProc *proc)
{
    gpointer ticks = GSIZE_TO_POINTER((gsize)proc->start_ticks);

    return self->dead != NULL &&
           g_hash_table_lookup(self->dead, GSIZE_TO_POINTER((gsize)proc->pid)) == ticks;
}

/* Of a dead one it is not known whether it ended before this look or during it. */
static gboolean
may_have_ended(const DccProcessScan *self, const DccProc *proc)
{
    DccProc now;

    if (!dcc_process_scan_is_living(proc))
        return proc->start_ticks == 0 || !was_dead(self, proc);
    return !dcc_proc_read(proc->pid, &now) || now.start_ticks != proc->start_ticks ||
           !dcc_process_scan_is_living(&now);
}

gboolean
dcc_process_scan_is_sure(const DccProcessScan *self, guint64 since_ticks)
{
    for (gsize i = 0; i < self->n; i++) {
        const DccProc *proc = &self->all[i];

        if ((proc->start_ticks == 0 || proc->start_ticks >= since_ticks) &&
            may_have_ended(self, proc))
            return FALSE;
    }
    return TRUE;
}

void
dcc_process_scan_clear(DccProcessScan *self)
{
    g_clear_pointer(&self->all, g_free);
    g_clear_pointer(&self->dead, g_hash_table_unref);
}
