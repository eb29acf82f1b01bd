/* Identity of processes; see the header.
 *
 * Threading: any. */
#include "dcc-identity.h"
#include "dcc-pidfd.h"
#include "dcc-process-scan.h"

#include <string.h>
#include <unistd.h>

gboolean
dcc_identity_read(gint64 pid, DccIdentity *identity)
{
    DccProc proc;
    int pidfd;

    memset(identity, 0, sizeof *identity);
    if (pid <= 0)
        return FALSE;
    /* The descriptor first: what /proc says after that is about this process or a reused number,
     * and that cannot be while the descriptor's process has not been reaped; dcc_identity_open()
     * checks again. */
    pidfd = dcc_pidfd_open(pid);
    if (!dcc_proc_read(pid, &proc)) {
        if (pidfd >= 0)
            close(pidfd);
        return FALSE;
    }
    identity->pid = pid;
    identity->start_ticks = proc.start_ticks;
    g_strlcpy(identity->boot_id, dcc_boot_id(), sizeof identity->boot_id);
    if (pidfd >= 0) {
        identity->pidfs_inode = dcc_pidfd_inode(pidfd);
        close(pidfd);
    }
    return TRUE;
}

static gboolean
is_same(const DccIdentity *identity, int pidfd)
{
    guint64 inode = dcc_pidfd_inode(pidfd);
    DccProc proc;

    if (identity->pidfs_inode != 0 && inode != 0 && identity->pidfs_inode != inode)
        return FALSE;
    if (!dcc_proc_read(identity->pid, &proc))
        return FALSE;
    return identity->start_ticks != 0 && proc.start_ticks == identity->start_ticks;
}

int
dcc_identity_open(const DccIdentity *identity)
{
    int pidfd;

    if (identity->pid <= 0 || !g_str_equal(identity->boot_id, dcc_boot_id()))
        return -1;
    pidfd = dcc_pidfd_open(identity->pid);
    if (pidfd >= 0 && is_same(identity, pidfd))
        return pidfd;
    if (pidfd >= 0)
        close(pidfd);
    return -1;
}

gboolean
dcc_identity_is_alive(const DccIdentity *identity)
{
    int pidfd = dcc_identity_open(identity);
    gboolean alive;

    if (pidfd < 0)
        return FALSE;
    alive = !dcc_pidfd_has_ended(pidfd);
    close(pidfd);
    return alive;
}

guint64
dcc_identity_read_start(gint64 pid)
{
    DccProc proc;

    return dcc_proc_read(pid, &proc) ? proc.start_ticks : 0;
}

gboolean
dcc_identity_is_pid_alive(gint64 pid)
{
    gboolean gone;
    DccProcessRef process = dcc_process_ref_open(pid, &gone);
    gboolean alive;
    DccProc proc;

    if (process != DCC_PROCESS_REF_NONE) {
        alive = !dcc_process_ref_has_ended(process);
        dcc_process_ref_close(&process);
        return alive;
    }
    /* Without a descriptor to be had, or without permission. */
    return !gone && dcc_proc_read(pid, &proc) && dcc_process_scan_is_living(&proc);
}
