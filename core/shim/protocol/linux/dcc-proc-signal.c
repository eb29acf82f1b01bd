/* pidfds, and signals that reach the process they are meant for or none; see dcc-proc.h.
 *
 * Problem: a number may be a stranger's by the time it is used, and the calls that prevent that may
 * be refused. Contract: where pidfd_send_signal cannot be called, kill() is, with the identity
 * looked at directly before. Threading: any. */
#include "dcc-proc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PIDFS_MAGIC  0x50494446 /* "PIDF" */
#define SIGNAL_GROUP (1U << 2)  /* PIDFD_SIGNAL_PROCESS_GROUP */

int
dcc_pidfd_open(int64_t pid)
{
    return (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
}

int
dcc_pidfd_dup(int pidfd)
{
    return fcntl(pidfd, F_DUPFD_CLOEXEC, 3);
}

/* The house's are Linux's. */
int
dcc_proc_signal_number(int house)
{
    return house;
}

/* What a kernel or a filter that does not know or does not want a call answers. A process that is
 * gone or not ours to signal gives one of these only where kill() would give it, too. */
static bool
may_be_refused(int errno_code)
{
    return errno_code == ENOSYS || errno_code == EPERM || errno_code == EACCES;
}

static int
kill_by_number(int64_t pid, int sig)
{
    if (pid <= 0) {
        errno = ESRCH;
        return -1;
    }
    return kill((pid_t)pid, sig);
}

int
dcc_pidfd_signal(int pidfd, int sig)
{
    int error;

    if (syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, 0) == 0)
        return 0;
    error = errno;
    /* The descriptor says which number it has; -1 once that may be another's. */
    if (may_be_refused(error))
        return kill_by_number(dcc_proc_pid_of_pidfd(pidfd), sig);
    errno = error;
    return -1;
}

int
dcc_pidfd_signal_group(int pidfd, int sig)
{
    return (int)syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, SIGNAL_GROUP);
}

uint64_t
dcc_pidfd_inode(int pidfd)
{
    struct statfs fs;
    struct stat st;

    if (fstatfs(pidfd, &fs) != 0 || fs.f_type != PIDFS_MAGIC || fstat(pidfd, &st) != 0)
        return 0;
    return (uint64_t)st.st_ino;
}

static bool
is_same(const DccProc *proc)
{
    DccProc now;

    return dcc_proc_read(proc->pid, &now) && now.start_ticks == proc->start_ticks;
}

int
dcc_proc_signal(const DccProc *proc, int sig)
{
    int pidfd = dcc_pidfd_open(proc->pid);
    int error = 0;

    if (proc->pid <= 0 || (pidfd < 0 && (errno == ESRCH || errno == EINVAL)))
        return ESRCH;
    if (!is_same(proc))
        error = ESRCH;
    else if ((pidfd >= 0 ? dcc_pidfd_signal(pidfd, sig) : kill_by_number(proc->pid, sig)) != 0)
        error = errno;
    if (pidfd >= 0)
        close(pidfd);
    return error;
}

int64_t
dcc_proc_pid_of_pidfd(int pidfd)
{
    char path[64];
    char text[512];
    const char *at;
    ssize_t n;
    int fd;

    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", pidfd);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    n = read(fd, text, sizeof text - 1);
    close(fd);
    text[n > 0 ? n : 0] = 0;
    at = strstr(text, "Pid:");
    return at != NULL ? strtoll(at + 4, NULL, 10) : -1;
}
