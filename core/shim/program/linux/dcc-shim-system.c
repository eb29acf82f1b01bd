/* Linux: signalfd, a subreaper, /proc; see the header. Threading: one thread. */
#include "dcc-shim-system.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int
dcc_shim_system_guard(void)
{
    unsigned long all[_NSIG / 8 / sizeof(unsigned long)];
    sigset_t child;

    /* Not by sigfillset(): that leaves out two which the C library has for itself. */
    memset(all, 0xff, sizeof all);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, all, NULL, sizeof all);
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    /* Inherited as ignored it would make the kernel throw our children's exits away. */
    signal(SIGCHLD, SIG_DFL);
    return signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
}

void
dcc_shim_system_drain_guard(int fd)
{
    struct signalfd_siginfo info[8];

    while (read(fd, info, sizeof info) > 0) {
    }
}

void
dcc_shim_system_reset_signals(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int sig = 1; sig < NSIG; sig++)
        sigaction(sig, &action, NULL);
    /* glibc hides two signals from its own functions; the kernel's call does not. */
    sigemptyset(&none);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, _NSIG / 8);
}

void
dcc_shim_system_adopt_orphans(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/* The kernel means the thread that has made the child, and the shim has one. An exec keeps it, but for a
 * program that changes who it is; a child of the child's has it not. */
void
dcc_shim_system_end_with_shim(int sig)
{
    prctl(PR_SET_PDEATHSIG, sig);
}

int
dcc_shim_system_look_ms(void)
{
    return -1;
}

bool
dcc_shim_system_has_nobody(void)
{
    siginfo_t info = {0};

    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 && errno == ECHILD;
}

size_t
dcc_shim_system_collect(
    const DccShimSlot *slot, DccProc *list, size_t max, DccProcSkip skip, void *data)
{
    return dcc_proc_descendants(getpid(), list, max, skip, data);
}

/* As waitid(), which leaves out what the kernel tells as well: how much memory it has had at most,
 * or any child that it waited for. */
bool
dcc_shim_system_wait(idtype_t kind, int64_t pid, siginfo_t *info, int what, struct rusage *usage)
{
    return syscall(SYS_waitid, kind, pid, info, what | WNOHANG, usage) == 0 && info->si_pid != 0;
}

static int first_to_close;

static void
close_fd_at_exec(int fd)
{
    if (fd >= first_to_close)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
}

void
dcc_shim_system_close_at_exec(int first)
{
    first_to_close = first;
#ifdef SYS_close_range
    if (syscall(SYS_close_range, first, ~0u, 4 /* CLOSE_RANGE_CLOEXEC */) == 0)
        return;
#endif
    if (dcc_proc_each_own_fd(close_fd_at_exec))
        return;
    for (int fd = first; fd < 1024; fd++)
        close_fd_at_exec(fd);
}

bool
dcc_shim_system_pipe(int fds[2])
{
    return pipe2(fds, O_CLOEXEC) == 0;
}

void
dcc_shim_system_widen_pipe(int fd)
{
    fcntl(fd, F_SETPIPE_SZ, 1024 * 1024);
}

void
dcc_shim_system_set_name(const char *name)
{
    prctl(PR_SET_NAME, name);
}

void
dcc_shim_system_raise_oom_score(int add)
{
    char text[16] = "";
    int fd = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
    int score;

    if (fd < 0)
        return;
    if (add != 0 && read(fd, text, sizeof text - 1) > 0) {
        score = atoi(text) + add;
        score = score > 1000 ? 1000 : score < -1000 ? -1000 : score;
        snprintf(text, sizeof text, "%d", score);
        if (pwrite(fd, text, strlen(text), 0) < 0) {
            /* Not permitted here: a hint is lost, nothing else. */
        }
    }
    close(fd);
}
