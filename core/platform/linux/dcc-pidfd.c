/* pidfds, and how processes ended; see the header.
 *
 * Threading: any. */
#include "dcc-pidfd.h"

#include "dcc-wait-status.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
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

/* By its number where a sandbox refuses waitid() of pidfds: a child that has not been reaped keeps
 * it. */
static gboolean
wait_for(int pidfd, int flags, int *wait_status)
{
    const int how = WEXITED | WNOHANG | __WALL | flags;
    siginfo_t info = {0};
    gint64 pid;

    if (waitid((idtype_t)P_PIDFD, (id_t)pidfd, &info, how) != 0) {
        if (errno != EINVAL && errno != ENOSYS && errno != EPERM)
            return FALSE;
        pid = dcc_proc_pid_of_pidfd(pidfd);
        if (pid <= 0 || waitid(P_PID, (id_t)pid, &info, how) != 0)
            return FALSE;
    }
    if (info.si_pid == 0)
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
    /* The kernel tells of what is reaped, its stat file of what is not yet; between the two questions
     * it may have been. */
    return wait_for(pidfd, WNOWAIT, wait_status) || ask_kernel(pidfd, wait_status) ||
           read_zombie(pidfd, wait_status) || ask_kernel(pidfd, wait_status);
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

gboolean
dcc_pidfd_can_read_exit(void)
{
    static gsize once;

    if (g_once_init_enter(&once))
        g_once_init_leave(&once, probe() ? 2 : 1);
    return once == 2;
}
