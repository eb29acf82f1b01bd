/* The exit record: two slots in one pre-allocated page, written in turn.
 *
 * Contract: whatever moment the power fails at, a reader finds the old state or the new one. In
 * place and pre-allocated, because a record that must first find space on a full disk is no record.
 */
#include "dcc-shim-wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

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

static bool
is_sane(const DccShimSlot *slot)
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

bool
dcc_shim_slot_write(int fd, DccShimSlot *slot)
{
    slot->magic = DCC_SHIM_MAGIC;
    slot->version = DCC_SHIM_VERSION;
    slot->size = sizeof *slot;
    slot->sequence++;
    slot->crc = crc32(slot, offsetof(DccShimSlot, crc));
    return pwrite(fd, slot, sizeof *slot, (off_t)(slot->sequence & 1) * DCC_SHIM_SLOT_BYTES) ==
           (ssize_t)sizeof *slot;
}

bool
dcc_shim_slot_read(int fd, DccShimSlot *slot)
{
    bool found = false;

    for (int half = 0; half < 2; half++) {
        DccShimSlot read;

        memset(&read, 0, sizeof read);
        if (pread(fd, &read, sizeof read, (off_t)half * DCC_SHIM_SLOT_BYTES) !=
                (ssize_t)sizeof read ||
            !is_sane(&read) || (found && read.sequence <= slot->sequence))
            continue;
        *slot = read;
        found = true;
    }
    return found;
}

/* Whether the plan lets processes of this name go on. */
static bool
is_daemon(const DccShimSlot *slot, const DccProc *proc)
{
    for (uint32_t i = 0; i < slot->n_daemons; i++)
        if (dcc_proc_has_name(proc->comm, slot->daemons[i]))
            return true;
    return false;
}

bool
dcc_shim_slot_is_apart(const DccShimSlot *slot, const DccProc *proc)
{
    return is_daemon(slot, proc) || dcc_proc_is_of_another_run(proc, slot->main.pid, slot->run);
}

static uint32_t
count_kept(const DccShimSlot *slot)
{
    return slot->n_beside < DCC_SHIM_MAX_ENDED ? slot->n_beside : DCC_SHIM_MAX_ENDED;
}

/* By its number alone: a program that is executed between two passes changes its name, and is still
 * one process. */
static DccShimEnded *
find_ended(DccShimSlot *slot, const DccProc *proc)
{
    for (uint32_t i = 0; i < count_kept(slot); i++)
        if (slot->beside[i].pid == proc->pid)
            return &slot->beside[i];
    return NULL;
}

static bool
is_counted(const DccShimSlot *slot, const DccProc *proc)
{
    if (slot->n_beside >= DCC_SHIM_MAX_ENDED + DCC_SHIM_MAX_COUNTED)
        return true;
    for (uint32_t i = DCC_SHIM_MAX_ENDED; i < slot->n_beside; i++)
        if (slot->beside_more[i - DCC_SHIM_MAX_ENDED] == proc->pid)
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

int
dcc_shim_slot_signal(DccShimSlot *slot, const DccProc *proc, int sig, bool *changed)
{
    DccShimEnded *known = find_ended(slot, proc);
    DccShimEnded fresh = {(int32_t)proc->pid, sig, "", ""};
    int error;

    /* Before the signal: afterwards there may be no command line. */
    if (known == NULL && slot->n_beside < DCC_SHIM_MAX_ENDED)
        dcc_proc_read_command(proc->pid, fresh.command, sizeof fresh.command);
    error = dcc_proc_signal(proc, sig);
    if (error != 0 || proc->pid == slot->main.pid || (proc->state == 'Z' && proc->threads <= 1))
        return error;
    if (known != NULL) {
        *changed = *changed || known->signal != sig;
        known->signal = sig;
        return 0;
    }
    if (is_counted(slot, proc))
        return 0;
    *changed = true;
    memcpy(fresh.comm, proc->comm, sizeof fresh.comm);
    count(slot, &fresh);
    return 0;
}

/* Filled, not only reserved: a file system that compresses or has holes then has the blocks, too. */
bool
dcc_shim_record_reserve(int fd)
{
#if _POSIX_ADVISORY_INFO > 0
    errno = posix_fallocate(fd, 0, DCC_SHIM_RECORD_BYTES);
    return errno == 0;
#else
    static const char nothing[DCC_SHIM_RECORD_BYTES];

    return pwrite(fd, nothing, sizeof nothing, 0) == (ssize_t)sizeof nothing;
#endif
}

void
dcc_shim_record_sync(int fd)
{
#if _POSIX_SYNCHRONIZED_IO > 0
    fdatasync(fd);
#else
    fsync(fd);
#endif
}
