/* What stands for pidfds, and how processes ended; see the header. How one has ended is told to its parent alone.
 *
 * Compiled and linked for macOS, never run. Threading: any. */
#include "dcc-pidfd.h"

#include "dcc-proc-darwin.h"
#include "dcc-wait-status.h"

#include <errno.h>
#include <poll.h>

gboolean
dcc_pidfd_has_ended(int pidfd)
{
    struct pollfd fd = {pidfd, POLLIN, 0};

    while (poll(&fd, 1, 0) < 0 && errno == EINTR) {
    }
    return fd.revents != 0;
}

gboolean
dcc_pidfd_is_reaped(int pidfd)
{
    return dcc_pidfd_has_ended(pidfd) && dcc_proc_pid_of_pidfd(pidfd) < 0;
}

/* While it has not been reaped, its number is its own. */
static gboolean
wait_for(int pidfd, int flags, int *wait_status)
{
    gint64 pid = dcc_proc_pid_of_pidfd(pidfd);
    siginfo_t info = {0};

    if (pid <= 0 || waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | flags) != 0 ||
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

gboolean
dcc_pidfd_read_exit(int pidfd, int *wait_status)
{
    if (!dcc_pidfd_has_ended(pidfd))
        return FALSE;
    return wait_for(pidfd, WNOWAIT, wait_status) || dcc_pidfd_take_exit(pidfd, wait_status);
}

gboolean
dcc_pidfd_can_read_exit(void)
{
    return FALSE;
}
