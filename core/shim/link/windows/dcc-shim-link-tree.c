/* A link's orders to the application's tree, and what is left of it; see dcc-shim-link.h.
 *
 * Contract: nothing is asked or ended but the main process, by its handle, and what is in its job. */
#include "dcc-shim-link.h"

#include "dcc-direct-link-private.h"
#include "dcc-end-request.h"
#include "dcc-job-tree.h"
#include "dcc-record-file.h"
#include "dcc-signals.h"
#include "dcc-source.h"

#include <string.h>

#define KILL_PERIOD_MS 20
#define KILL_PASSES    250
#define END_PASSES     500 /* of dcc_shim_link_abandon(), a millisecond each, without the main loop */

static gboolean
is_main_alive(DccShimLink *self)
{
    return self->main != DCC_PROCESS_REF_NONE && !dcc_process_ref_has_ended(self->main);
}

/* What takes Ctrl-Break as it comes ends in a way that is told as an interrupt. */
static void
ask_main(DccShimLink *self, DccShimSlot *slot)
{
    if (!is_main_alive(self) || !dcc_end_request_send(slot->main.pid))
        return;
    dcc_shim_slot_note_signal(slot, DCC_SIGNAL_INTERRUPT);
    dcc_record_file_write(self->dir, slot);
}

static void
ask_tree(DccShimLink *self, DccShimSlot *slot)
{
    if (dcc_job_tree_ask(slot))
        dcc_record_file_write(self->dir, slot);
    ask_main(self, slot);
}

/* FALSE: there was nothing to end. On record before it happens, for the end is heard of at once. */
static gboolean
kill_tree(DccShimLink *self)
{
    gboolean alive = is_main_alive(self);
    DccShimSlot slot;
    gboolean any;
    bool changed;

    if (!dcc_shim_link_read_slot(self, &slot))
        return FALSE;
    changed = dcc_job_tree_note(&slot);
    if (alive)
        changed = dcc_shim_slot_note_signal(&slot, DCC_SIGNAL_KILL) || changed;
    if (changed)
        dcc_record_file_write(self->dir, &slot);
    any = dcc_job_tree_kill(&slot);
    /* A job that cannot be found. */
    if (!any && is_main_alive(self))
        any = dcc_process_ref_kill(self->main);
    return any;
}

static gboolean
on_kill(gpointer data)
{
    g_autoptr(DccShimLink) self = g_object_ref(data);

    if (kill_tree(self) && ++self->kill_passes < KILL_PASSES)
        return G_SOURCE_CONTINUE;
    dcc_source_clear(&self->killing);
    dcc_shim_link_check_tree(self);
    return G_SOURCE_REMOVE;
}

static void
begin_killing(DccShimLink *self)
{
    dcc_source_clear(&self->killing);
    self->kill_passes = 0;
    kill_tree(self);
    self->killing = dcc_source_attach(g_timeout_source_new(KILL_PERIOD_MS), on_kill, self);
}

void
dcc_shim_link_order(DccShimLink *self, DccShimOrder order)
{
    DccShimSlot slot;

    g_return_if_fail(DCC_IS_SHIM_LINK(self));
    dcc_shim_link_read_slot(self, &slot);
    switch (order) {
    case DCC_SHIM_TERM:
        ask_main(self, &slot);
        break;
    case DCC_SHIM_TERM_TREE:
        ask_tree(self, &slot);
        break;
    case DCC_SHIM_KILL_TREE:
        begin_killing(self);
        break;
    case DCC_SHIM_LEAVE:
        self->left = TRUE;
        dcc_shim_link_tell_later(self);
        break;
    case DCC_SHIM_CONT: /* nothing is paused here */
    default:
        break;
    }
}

static void
conclude_killed(DccShimLink *self)
{
    int status = 0;
    DccShimSlot slot;

    if (self->main != DCC_PROCESS_REF_NONE && dcc_process_ref_has_ended(self->main)) {
        gboolean known = dcc_process_ref_read_exit(self->main, &status);

        dcc_shim_link_conclude(self, known, status);
    }
    if (!dcc_shim_link_read_slot(self, &slot) || slot.phase != DCC_PHASE_ENDED || slot.tree_empty)
        return;
    dcc_shim_slot_note_empty(&slot);
    dcc_record_file_write(self->dir, &slot);
}

void
dcc_shim_link_abandon(DccShimLink *self)
{
    guint pass = 0;

    g_return_if_fail(DCC_IS_SHIM_LINK(self));
    while (pass < END_PASSES && kill_tree(self)) {
        g_usleep(1000);
        pass++;
    }
    if (pass < END_PASSES)
        conclude_killed(self);
    g_object_run_dispose(G_OBJECT(self));
    g_object_unref(self);
}

GArray *
dcc_shim_link_list_tree(DccShimLink *self)
{
    GArray *pids = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_autoptr(GArray) members = NULL;
    DccShimSlot slot;

    g_return_val_if_fail(DCC_IS_SHIM_LINK(self), pids);
    dcc_shim_link_read_slot(self, &slot);
    members = dcc_job_tree_list(&slot, 0);
    for (guint i = 0; i < members->len; i++)
        g_array_append_val(pids, g_array_index(members, DccShimMember, i).pid);
    return pids;
}

GArray *
dcc_shim_link_list_left(DccShimLink *self)
{
    DccShimSlot slot;

    g_return_val_if_fail(DCC_IS_SHIM_LINK(self), NULL);
    dcc_shim_link_read_slot(self, &slot);
    return dcc_job_tree_list(&slot, slot.main.pid);
}

GArray *
dcc_shim_link_list_ended(DccShimLink *self, guint *total)
{
    g_return_val_if_fail(DCC_IS_SHIM_LINK(self), NULL);
    return dcc_shim_record_list_ended(self->dir, total);
}
