/* A look at every process; see the header.
 *
 * Threading: any. */
#include "dcc-look.h"

typedef struct {
    void (*seen)(const DccProc *proc, gpointer data);
    gpointer data;
} Look;

gboolean
dcc_look_is_living(const DccProc *proc)
{
    return (proc->state != 'Z' && proc->state != 'X') || proc->threads > 1;
}

static bool
see(const DccProc *proc, void *data)
{
    const Look *look = data;

    if (look->seen != NULL)
        look->seen(proc, look->data);
    return true;
}

DccProc *
dcc_look(void (*seen)(const DccProc *proc, gpointer data), gpointer data, gsize *n)
{
    Look look = {seen, data};

    for (gsize room = 1024;; room *= 4) {
        DccProc *list = g_new(DccProc, room);

        *n = dcc_proc_scan(list, room, see, &look);
        if (*n < room)
            return list;
        g_free(list);
    }
}

/* A dead one, too: whether it ended before the look or during it is not known. */
static gboolean
may_have_forked(const DccProc *proc)
{
    DccProc now;

    return !dcc_look_is_living(proc) || !dcc_proc_read(proc->pid, &now) ||
           now.start_ticks != proc->start_ticks || !dcc_look_is_living(&now);
}

gboolean
dcc_look_is_sure(const DccProc *all, gsize n, guint64 since_ticks)
{
    for (gsize i = 0; i < n; i++) {
        gboolean is_unknown = all[i].start_ticks == 0 && !dcc_look_is_living(&all[i]);

        if ((is_unknown || all[i].start_ticks >= since_ticks) && may_have_forked(&all[i]))
            return FALSE;
    }
    return TRUE;
}
