/* A link's orders to the application's tree: what is left of it, what was ended, and its end by force.
 *
 * Contract: nothing is signalled but what descends from the shim, or is proved to belong to the run
 * where there is no shim. Threading: as the link's. */
#include "dcc-process-scan.h"
#include "dcc-shim-link-private.h"
#include "dcc-shim-members.h"

#include <signal.h>

#define MAX_TREE 4096
/* How often, a millisecond apart, nothing must be left below a shim that cannot be told. */
#define ABANDON_LOOKS  20
#define ABANDON_PASSES 500

/* A shim that somebody has stopped (SIGSTOP) takes no orders and reaps nothing. */
static void
let_shim_go_on(DccShimLink *self)
{
    DccProc proc;

    /* Read first: that the shim still lives afterwards proves that it was read. Without need none is
     * sent: it would undo the stop that whoever attaches to the shim meanwhile waits for. */
    if (dcc_proc_read(self->pid, &proc) && proc.state == 'T' && dcc_shim_link_has_shim(self))
        dcc_proc_signal(&proc, SIGCONT);
}

void
dcc_shim_link_order(DccShimLink *self, DccShimOrder order)
{
    g_return_if_fail(DCC_IS_SHIM_LINK(self));
    let_shim_go_on(self);
    if (order == DCC_SHIM_LEAVE)
        self->left = TRUE;
    if (order == DCC_SHIM_KILL_TREE)
        self->kills = TRUE;
    if (self->orphan != NULL)
        dcc_orphan_order(self->orphan, order);
    else
        dcc_shim_channel_order(self->channel, order);
}

static bool
is_apart(const DccProc *proc, gpointer data)
{
    return dcc_shim_slot_is_apart(data, proc);
}

static GArray *
list_below_shim(DccShimLink *self)
{
    GArray *members = g_array_new(FALSE, FALSE, sizeof(DccProc));
    g_autofree DccProc *list = g_new(DccProc, MAX_TREE);
    DccShimSlot slot = {0};
    gsize n;

    dcc_shim_link_read_slot(self, &slot);
    n = dcc_proc_descendants(self->pid, list, MAX_TREE, is_apart, &slot);
    for (gsize i = 0; i < n; i++)
        if (dcc_process_scan_is_living(&list[i]))
            g_array_append_val(members, list[i]);
    return members;
}

/* (element-type DccProc) */
static GArray *
list_members(DccShimLink *self)
{
    if (self->orphan != NULL)
        return dcc_orphan_list_tree(self->orphan);
    if (dcc_shim_link_has_shim(self))
        return list_below_shim(self);
    return g_array_new(FALSE, FALSE, sizeof(DccProc));
}

GArray *
dcc_shim_link_list_tree(DccShimLink *self)
{
    g_autoptr(GArray) members = NULL;
    GArray *pids;

    g_return_val_if_fail(DCC_IS_SHIM_LINK(self), NULL);
    members = list_members(self);
    pids = g_array_new(FALSE, FALSE, sizeof(gint64));
    for (guint i = 0; i < members->len; i++)
        g_array_append_val(pids, g_array_index(members, DccProc, i).pid);
    return pids;
}

GArray *
dcc_shim_link_list_left(DccShimLink *self)
{
    g_autoptr(GArray) members = NULL;
    DccShimSlot slot = {0};

    g_return_val_if_fail(DCC_IS_SHIM_LINK(self), NULL);
    members = list_members(self);
    dcc_shim_link_read_slot(self, &slot);
    for (guint i = members->len; i > 0; i--)
        if (g_array_index(members, DccProc, i - 1).pid == slot.main.pid)
            g_array_remove_index(members, i - 1);
    return dcc_shim_members_describe(members);
}

GArray *
dcc_shim_link_list_ended(DccShimLink *self, guint *total)
{
    DccShimSlot slot = {0};

    g_return_val_if_fail(DCC_IS_SHIM_LINK(self), NULL);
    dcc_shim_link_read_slot(self, &slot);
    return dcc_shim_facts_list_ended(&slot, total);
}

/* The shim cannot be told: its socket was taken away, its backlog is full, or it is dying. */
static void
kill_past_shim(DccShimLink *self)
{
    guint empty = 0;

    /* Not for ever: some cannot die yet. */
    for (guint pass = 0;
         pass < ABANDON_PASSES && empty < ABANDON_LOOKS && dcc_shim_link_has_shim(self);
         pass++) {
        g_autoptr(GArray) members = list_below_shim(self);

        empty = members->len == 0 ? empty + 1 : 0;
        for (guint i = 0; i < members->len; i++)
            dcc_proc_signal(&g_array_index(members, DccProc, i), SIGKILL);
        g_usleep(1000);
    }
}

static gboolean
is_over(DccShimLink *self)
{
    DccShimSlot slot;

    return !dcc_shim_link_read_slot(self, &slot) || slot.phase == DCC_PHASE_REFUSED ||
           slot.tree_empty;
}

void
dcc_shim_link_abandon(DccShimLink *self)
{
    g_return_if_fail(DCC_IS_SHIM_LINK(self));
    let_shim_go_on(self);
    if (self->orphan == NULL && dcc_shim_link_has_shim(self) &&
        !dcc_shim_channel_insist(self->channel, DCC_SHIM_KILL_TREE))
        kill_past_shim(self);
    /* It may be dead without our having heard of it. */
    if (!dcc_shim_link_has_shim(self) && !is_over(self))
        dcc_shim_link_ensure_orphan(self);
    if (self->orphan != NULL)
        dcc_orphan_end(self->orphan);
    g_object_run_dispose(G_OBJECT(self));
    g_object_unref(self);
}
