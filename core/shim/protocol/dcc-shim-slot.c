/* What is in a slot of the exit record, whatever the system; see dcc-shim-wire.h. Threading: any. */
#include "dcc-shim-wire.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static uint32_t
crc32(const void *data, size_t n)
{
    const uint8_t *p = data;
    uint32_t crc = ~0u;

    while (n-- > 0) {
        crc ^= *p++;
        for (int i = 0; i < 8; i++)
            crc = (crc >> 1) ^ (0xedb88320u & -(crc & 1));
    }
    return ~crc;
}

static bool
is_terminated(const char *text, size_t n)
{
    return memchr(text, 0, n) != NULL;
}

bool
dcc_shim_slot_is_sane(const DccShimSlot *slot)
{
    if (slot->magic != DCC_SHIM_MAGIC || slot->version != DCC_SHIM_VERSION ||
        slot->size != sizeof *slot || slot->crc != crc32(slot, offsetof(DccShimSlot, crc)))
        return false;
    if (slot->phase < DCC_PHASE_PREPARED || slot->phase > DCC_PHASE_ENDED ||
        slot->n_daemons > DCC_SHIM_MAX_DAEMONS || slot->main.pid < 0 || slot->shim.pid < 0)
        return false;
    for (uint32_t i = 0; i < slot->n_daemons; i++)
        if (!is_terminated(slot->daemons[i], sizeof slot->daemons[i]))
            return false;
    for (uint32_t i = 0; i < DCC_SHIM_MAX_ENDED; i++)
        if (!is_terminated(slot->beside[i].comm, sizeof slot->beside[i].comm) ||
            !is_terminated(slot->beside[i].command, sizeof slot->beside[i].command))
            return false;
    return is_terminated(slot->run, sizeof slot->run) &&
           is_terminated(slot->boot_id, sizeof slot->boot_id) &&
           is_terminated(slot->stage, sizeof slot->stage);
}

void
dcc_shim_slot_seal(DccShimSlot *slot)
{
    slot->magic = DCC_SHIM_MAGIC;
    slot->version = DCC_SHIM_VERSION;
    slot->size = sizeof *slot;
    slot->sequence++;
    slot->crc = crc32(slot, offsetof(DccShimSlot, crc));
}

static uint32_t
count_named(const DccShimSlot *slot)
{
    return slot->n_beside < DCC_SHIM_MAX_ENDED ? slot->n_beside : DCC_SHIM_MAX_ENDED;
}

/* By its number alone: a program that is executed between two passes changes its name, and is still
 * one process. */
static DccShimEnded *
find_ended(DccShimSlot *slot, int64_t pid)
{
    for (uint32_t i = 0; i < count_named(slot); i++)
        if (slot->beside[i].pid == pid)
            return &slot->beside[i];
    return NULL;
}

static bool
is_counted(const DccShimSlot *slot, int64_t pid)
{
    if (slot->n_beside >= DCC_SHIM_MAX_ENDED + DCC_SHIM_MAX_COUNTED)
        return true;
    for (uint32_t i = DCC_SHIM_MAX_ENDED; i < slot->n_beside; i++)
        if (slot->beside_more[i - DCC_SHIM_MAX_ENDED] == pid)
            return true;
    return false;
}

static void
count(DccShimSlot *slot, const DccShimEnded *fresh)
{
    if (slot->n_beside < DCC_SHIM_MAX_ENDED)
        slot->beside[slot->n_beside] = *fresh;
    else
        slot->beside_more[slot->n_beside - DCC_SHIM_MAX_ENDED] = fresh->pid;
    slot->n_beside++;
}

bool
dcc_shim_slot_would_name(DccShimSlot *slot, int64_t pid)
{
    return slot->n_beside < DCC_SHIM_MAX_ENDED && find_ended(slot, pid) == NULL;
}

bool
dcc_shim_slot_note_ended(DccShimSlot *slot, const DccShimEnded *ended)
{
    DccShimEnded *known = find_ended(slot, ended->pid);
    bool changed = known == NULL || known->signal != ended->signal;

    if (known != NULL)
        known->signal = ended->signal;
    else if (is_counted(slot, ended->pid))
        return false;
    else
        count(slot, ended);
    return changed;
}

void
dcc_shim_slot_prepare(DccShimSlot *slot, const char *boot_id)
{
    memset(slot, 0, sizeof *slot);
    slot->phase = DCC_PHASE_PREPARED;
    snprintf(slot->boot_id, sizeof slot->boot_id, "%s", boot_id);
}

void
dcc_shim_slot_note_shim(DccShimSlot *slot, const DccShimId *shim, const char *run)
{
    slot->shim = *shim;
    snprintf(slot->run, sizeof slot->run, "%s", run);
}

void
dcc_shim_slot_note_log(DccShimSlot *slot, int64_t size, int32_t files)
{
    slot->log_size = size;
    slot->log_files = files;
}

void
dcc_shim_slot_note_first_signal(DccShimSlot *slot, int sig)
{
    slot->first_signal = sig;
}

void
dcc_shim_slot_note_daemon(DccShimSlot *slot, const char *name)
{
    if (slot->n_daemons >= DCC_SHIM_MAX_DAEMONS)
        return;
    snprintf(slot->daemons[slot->n_daemons], sizeof slot->daemons[0], "%.15s", name);
    slot->n_daemons++;
}

void
dcc_shim_slot_note_spawned(DccShimSlot *slot, const DccShimId *main, int64_t now)
{
    slot->main = *main;
    slot->started = now;
    slot->phase = DCC_PHASE_SPAWNED;
}

void
dcc_shim_slot_note_started(DccShimSlot *slot)
{
    slot->phase = DCC_PHASE_STARTED;
}

void
dcc_shim_slot_note_refused(DccShimSlot *slot, const char *stage, int errno_code, int64_t now)
{
    slot->phase = DCC_PHASE_REFUSED;
    slot->errno_code = errno_code;
    slot->ended = now;
    slot->tree_empty = 1;
    memset(slot->stage, 0, sizeof slot->stage);
    snprintf(slot->stage, sizeof slot->stage, "%.15s", stage);
}

void
dcc_shim_slot_note_exit(DccShimSlot *slot, bool known, int wait_status, int64_t now)
{
    slot->phase = DCC_PHASE_ENDED;
    slot->status_known = known;
    slot->wait_status = wait_status;
    slot->ended = now;
}

void
dcc_shim_slot_note_peak(DccShimSlot *slot, int64_t kib)
{
    slot->peak_kib = kib < 0 ? 0 : kib > UINT32_MAX ? UINT32_MAX : (uint32_t)kib;
}

void
dcc_shim_slot_note_empty(DccShimSlot *slot)
{
    slot->tree_empty = 1;
}

bool
dcc_shim_slot_note_signal(DccShimSlot *slot, int sig)
{
    bool changed = slot->last_signal != sig;

    slot->last_signal = sig;
    return changed;
}

void
dcc_shim_slot_note_dropped(DccShimSlot *slot, int64_t bytes)
{
    slot->log_dropped = bytes;
}

void
dcc_shim_slot_forget_ended(DccShimSlot *slot)
{
    slot->n_beside = 0;
}
