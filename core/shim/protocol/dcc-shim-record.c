/* The exit record: two slots in one pre-allocated page, written in turn.
 *
 * Contract: whatever moment the power fails at, a reader finds the old state or the new one. In
 * place and pre-allocated, because a record that must first find space on a full disk is no record.
 */
#include "dcc-shim-wire.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

bool
dcc_shim_slot_write(int fd, DccShimSlot *slot)
{
    dcc_shim_slot_seal(slot);
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
            !dcc_shim_slot_is_sane(&read) || (found && read.sequence <= slot->sequence))
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

int
dcc_shim_slot_signal(DccShimSlot *slot, const DccProc *proc, int sig, bool *changed)
{
    DccShimEnded ended = {(int32_t)proc->pid, sig, "", ""};
    int error;

    /* Before the signal: afterwards there may be no command line. */
    if (dcc_shim_slot_would_name(slot, proc->pid))
        dcc_proc_read_command(proc->pid, ended.command, sizeof ended.command);
    error = dcc_proc_signal(proc, sig);
    if (error != 0 || proc->pid == slot->main.pid || (proc->state == 'Z' && proc->threads <= 1))
        return error;
    memcpy(ended.comm, proc->comm, sizeof ended.comm);
    *changed = dcc_shim_slot_note_ended(slot, &ended) || *changed;
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
