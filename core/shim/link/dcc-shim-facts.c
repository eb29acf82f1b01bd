/* The exit record as values; see the header. Threading: any. */
#include "dcc-shim-facts.h"

#include "dcc-exit-status.h"

#include <string.h>

void
dcc_identity_from_slot(DccIdentity *identity, const DccShimSlot *slot, const DccShimId *id)
{
    memset(identity, 0, sizeof *identity);
    identity->pid = id->pid;
    identity->start_ticks = id->start_ticks;
    identity->pidfs_inode = id->pidfs_inode;
    g_strlcpy(identity->boot_id, slot->boot_id, sizeof identity->boot_id);
}

void
dcc_shim_record_from_slot(DccShimRecord *record, const DccShimSlot *slot)
{
    memset(record, 0, sizeof *record);
    dcc_identity_from_slot(&record->main, slot, &slot->main);
    dcc_identity_from_slot(&record->shim, slot, &slot->shim);
    record->spawned = slot->main.pid > 0;
    record->refused = slot->phase == DCC_PHASE_REFUSED;
    g_strlcpy(record->stage, slot->stage, sizeof record->stage);
    record->errno_code = slot->errno_code;
    record->exited = slot->phase == DCC_PHASE_ENDED && slot->status_known;
    record->lost = slot->phase == DCC_PHASE_ENDED && !slot->status_known;
    record->wait_status = record->exited ? slot->wait_status : 0;
    record->tree_empty = slot->tree_empty != 0;
    record->started = slot->started;
    record->ended = slot->ended;
    record->log_dropped = slot->log_dropped;
    record->peak_bytes = slot->peak_kib > 0 ? (gint64)slot->peak_kib * 1024 : -1;
    record->our_signal = record->exited && slot->last_signal > 0 &&
                         dcc_exit_status_decode(slot->wait_status).signal == slot->last_signal;
}

GArray *
dcc_shim_facts_list_ended(const DccShimSlot *slot, guint *total)
{
    GArray *members = g_array_new(FALSE, TRUE, sizeof(DccShimMember));

    for (guint i = 0; i < MIN(slot->n_beside, DCC_SHIM_MAX_ENDED); i++) {
        DccShimMember member = {
            .pid = slot->beside[i].pid, .written = -1, .signal = slot->beside[i].signal};

        g_strlcpy(member.name, slot->beside[i].comm, sizeof member.name);
        g_strlcpy(member.command, slot->beside[i].command, sizeof member.command);
        g_array_append_val(members, member);
    }
    if (total != NULL)
        *total = slot->n_beside;
    return members;
}
