/* Identity of processes and the truth of their exits; see the header.
 *
 * Threading: any. */
#include "dcc-identity.h"
#include "dcc-pidfd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

/* linux/pidfd.h of a kernel younger than the headers we are built with. */
typedef struct {
    guint64 mask;
    guint64 cgroupid;
    guint32 ids[11];
    gint32 exit_code;
} PidfdInfo;

G_STATIC_ASSERT(sizeof(PidfdInfo) == 64);

#define GET_INFO  _IOWR(0xFF, 11, PidfdInfo)
#define INFO_EXIT (1u << 3)

const char *
dcc_boot_id(void)
{
    static char boot_id[40];
    static gsize once;

    if (g_once_init_enter(&once)) {
        g_autofree char *text = NULL;

        if (g_file_get_contents("/proc/sys/kernel/random/boot_id", &text, NULL, NULL))
            g_strlcpy(boot_id, g_strstrip(text), sizeof boot_id);
        g_once_init_leave(&once, 1);
    }
    return boot_id;
}

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

static short
poll_now(int fd, short events)
{
    struct pollfd poll_fd = {fd, events, 0};

    while (poll(&poll_fd, 1, 0) < 0 && errno == EINTR) {
    }
    return poll_fd.revents;
}

gboolean
dcc_pidfd_has_ended(int pidfd)
{
    return poll_now(pidfd, POLLIN) != 0;
}

gboolean
dcc_pidfd_is_reaped(int pidfd)
{
    return (poll_now(pidfd, 0) & POLLHUP) != 0;
}

int
dcc_wait_status_from_siginfo(const siginfo_t *info)
{
    if (info->si_code == CLD_EXITED)
        return (info->si_status & 0xff) << 8;
    return info->si_status | (info->si_code == CLD_DUMPED ? 0x80 : 0);
}

static gboolean
wait_for(int pidfd, int flags, int *wait_status)
{
    siginfo_t info = {0};

    if (waitid((idtype_t)P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOHANG | __WALL | flags) != 0 ||
        info.si_pid == 0)
        return FALSE;
    if (wait_status != NULL)
        *wait_status = dcc_wait_status_from_siginfo(&info);
    return TRUE;
}

gboolean
dcc_pidfd_reap(int pidfd, int *wait_status)
{
    return wait_for(pidfd, 0, wait_status);
}

static gboolean
ask_kernel(int pidfd, int *wait_status)
{
    PidfdInfo info = {.mask = INFO_EXIT};

    if (ioctl(pidfd, GET_INFO, &info) != 0 || (info.mask & INFO_EXIT) == 0)
        return FALSE;
    *wait_status = info.exit_code;
    return TRUE;
}

/* A zombie's end is in its stat file, for those who may trace it. A zero there is not believed:
 * older kernels show what the first thread ended with, and that may have ended before the process.
 */
static gboolean
read_zombie(int pidfd, int *wait_status)
{
    gint64 pid = dcc_proc_pid_of_pidfd(pidfd);
    DccProc proc;

    /* Asked again afterwards: as long as it is not reaped nobody else can have had its number. */
    if (pid <= 0 || !dcc_proc_read(pid, &proc) || dcc_proc_pid_of_pidfd(pidfd) != pid)
        return FALSE;
    if (proc.state != 'Z' || proc.threads > 1 || proc.exit_code == 0)
        return FALSE;
    *wait_status = proc.exit_code;
    return TRUE;
}

gboolean
dcc_pidfd_read_exit(int pidfd, int *wait_status)
{
    return wait_for(pidfd, WNOWAIT, wait_status) || ask_kernel(pidfd, wait_status) ||
           read_zombie(pidfd, wait_status);
}

static int
end_with_seven(void *data)
{
    _exit(7);
}

/* There is no version to ask for: so one child ends, and we look. Without an exit signal, so that
 * the program around us hears nothing of it. */
static gboolean
probe(void)
{
    _Alignas(16) char stack[16384];
    int pidfd = -1;
    int status = 0;
    gboolean known = FALSE;

    if (clone(end_with_seven,
              stack + sizeof stack,
              CLONE_PIDFD | CLONE_VM | CLONE_VFORK,
              NULL,
              &pidfd) < 0)
        return FALSE;
    /* It lets go of our memory a moment before it has ended: so wait for that. */
    if (waitid((idtype_t)P_PIDFD, (id_t)pidfd, &(siginfo_t){0}, WEXITED | __WALL) == 0)
        known = ask_kernel(pidfd, &status) && WIFEXITED(status) && WEXITSTATUS(status) == 7;
    close(pidfd);
    return known;
}

/**
 * dcc_pidfd_can_read_exit:
 *
 * Returns: %TRUE where the kernel tells the exit of a process that is not our child (Linux 6.15)
 * Since: 1.0
 */
gboolean
dcc_pidfd_can_read_exit(void)
{
    static gsize once;

    if (g_once_init_enter(&once))
        g_once_init_leave(&once, probe() ? 2 : 1);
    return once == 2;
}
