/* dcchost-shim: the parent of one application, too small to fail.
 *
 * It holds what must outlive the session: the name's lock, the application's output, the truth of
 * its exit, and the roots of its process tree. One thread, one poll, no allocation, no timer while
 * nothing is to be killed. Signals meant to end it are blocked for good.
 *
 * dcchost-shim --dir DIR --log PATH --log-size N --log-files N --signal N --oom N [--daemon
 * COMM]...
 *              [--cwd DIR] -- PROGRAM [ARGUMENT]...
 * Its environment is the application's. It ends when the application and all it started have ended.
 */
#include "dcc-shim.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define EXIT_BROKEN 125

enum { POLL_SIGNAL, POLL_LISTEN, POLL_OUTPUT, POLL_EXEC, POLL_CLIENTS };
#define N_POLL (POLL_CLIENTS + DCC_SHIM_MAX_CLIENTS)

int64_t
dcc_shim_wall_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
dcc_shim_monotonic_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void
dcc_shim_write_record(Shim *shim, bool sync)
{
    shim->record.log_dropped = shim->ring.dropped;
    /* Nobody is there to complain to; what fails here, the session learns from the shim's end. */
    if (dcc_shim_slot_write(shim->record_fd, &shim->record) && sync)
        fdatasync(shim->record_fd);
}

static void
take_output(Shim *shim)
{
    int64_t moved;

    if (shim->output_fd < 0)
        return;
    /* Not more than the pipe holds: with that, all that was written before now is in the log, and a
     * flood cannot keep us from the rest. */
    moved = dcc_ring_drain(&shim->ring, shim->output_fd, dcc_ring_pipe_size(shim->output_fd));
    if (shim->ring.error != 0 && !shim->degraded) {
        shim->degraded = true;
        dcc_shim_write_record(shim, false);
        dcc_shim_tell(shim, NEWS_DEGRADED);
    }
    if (moved < 0) {
        close(shim->output_fd);
        shim->output_fd = -1;
    }
}

static int
wait_status_of(const siginfo_t *info)
{
    if (info->si_code == CLD_EXITED)
        return (info->si_status & 0xff) << 8;
    return info->si_status | (info->si_code == CLD_DUMPED ? 0x80 : 0);
}

static void
main_ended(Shim *shim, const siginfo_t *info)
{
    /* Dead, so whatever its exec had to say has been said. */
    if (shim->exec_fd >= 0)
        dcc_shim_exec_told(shim);
    if (shim->record.phase == DCC_PHASE_REFUSED)
        return;
    take_output(shim);
    shim->record.phase = DCC_PHASE_ENDED;
    shim->record.status_known = 1;
    shim->record.wait_status = wait_status_of(info);
    shim->record.ended = dcc_shim_wall_clock();
    dcc_shim_write_record(shim, false);
    dcc_shim_tell(shim, NEWS_EXITED);
    /* After the news: it is only for the case that the power fails, and a slow disk must not hold
     * it up. */
    fdatasync(shim->record_fd);
}

static void
child_changed(Shim *shim, const siginfo_t *info)
{
    if (info->si_pid != shim->record.main.pid || shim->record.phase == DCC_PHASE_ENDED)
        return;
    if (info->si_code == CLD_STOPPED || info->si_code == CLD_CONTINUED) {
        shim->paused = info->si_code == CLD_STOPPED;
        dcc_shim_tell(shim, shim->paused ? NEWS_PAUSED : NEWS_RESUMED);
    } else if (info->si_code != CLD_TRAPPED) {
        main_ended(shim, info);
    }
}

static void
settle(Shim *shim)
{
    if (shim->over || shim->record.phase != DCC_PHASE_ENDED)
        return;
    if (dcc_shim_tree_is_empty(shim)) {
        take_output(shim);
        shim->record.tree_empty = 1;
        dcc_shim_write_record(shim, true);
        dcc_shim_tell(shim, NEWS_EMPTY);
        shim->over = true;
    } else if (shim->leaving) {
        shim->over = true;
    }
}

void
dcc_shim_reap(Shim *shim)
{
    const int what = WEXITED | WSTOPPED | WCONTINUED | WNOHANG;

    for (;;) {
        siginfo_t info = {0};

        if (waitid(P_ALL, 0, &info, what) != 0 || info.si_pid == 0)
            break;
        child_changed(shim, &info);
    }
    settle(shim);
}

static void
take_signals(Shim *shim)
{
    struct signalfd_siginfo info[8];

    /* They are merged in any case: it says only that there is something to wait for. */
    while (read(shim->signal_fd, info, sizeof info) > 0) {
    }
    dcc_shim_reap(shim);
    if (shim->kill_passes > 0)
        shim->kill_due_ms = 0;
}

/* How long poll may wait: for ever, unless something is being killed. */
static int
patience(const Shim *shim)
{
    int64_t left;

    if (shim->kill_passes == 0 || shim->kill_due_ms < 0)
        return -1;
    left = shim->kill_due_ms - dcc_shim_monotonic_ms();
    return left > 0 ? (int)left : 0;
}

static void
turn(Shim *shim)
{
    struct pollfd fds[N_POLL];

    fds[POLL_SIGNAL] = (struct pollfd){shim->signal_fd, POLLIN, 0};
    fds[POLL_LISTEN] = (struct pollfd){shim->listen_fd, POLLIN, 0};
    fds[POLL_OUTPUT] = (struct pollfd){shim->output_fd, POLLIN, 0};
    fds[POLL_EXEC] = (struct pollfd){shim->exec_fd, POLLIN, 0};
    for (unsigned i = 0; i < DCC_SHIM_MAX_CLIENTS; i++)
        fds[POLL_CLIENTS + i] = (struct pollfd){shim->clients[i], POLLIN, 0};
    if (poll(fds, N_POLL, patience(shim)) < 0)
        return;
    if (fds[POLL_EXEC].revents != 0 && shim->exec_fd >= 0)
        dcc_shim_exec_told(shim);
    for (unsigned i = 0; i < DCC_SHIM_MAX_CLIENTS; i++)
        if (fds[POLL_CLIENTS + i].revents != 0)
            dcc_shim_hear(shim, i);
    if (fds[POLL_SIGNAL].revents != 0)
        take_signals(shim);
    if (fds[POLL_OUTPUT].revents != 0)
        take_output(shim);
    if (fds[POLL_LISTEN].revents != 0)
        dcc_shim_accept(shim);
    settle(shim);
    if (shim->kill_passes > 0 && patience(shim) == 0)
        dcc_shim_kill_pass(shim);
}

/* A released daemon may still have our pipe for its output, and would block once that is full. So
 * somebody stays and throws it away: a child, for the shim's own end is a message. */
static void
leave_a_drain(Shim *shim)
{
    static char waste[64 * 1024];
    int fd = shim->output_fd;

    take_output(shim);
    if (shim->output_fd < 0 || fork() != 0)
        return;
    prctl(PR_SET_NAME, "dcchost-drain");
    fcntl(fd, F_SETFL, 0);
    for (int other = DCC_SHIM_FD_SESSION; other < 64; other++)
        if (other != fd)
            close(other);
    while (read(fd, waste, sizeof waste) > 0) {
    }
    _exit(0);
}

static void
fill_record(Shim *shim)
{
    const ShimOptions *options = &shim->options;
    DccShimSlot *record = &shim->record;
    DccProc self = {0};
    int pidfd = dcc_pidfd_open(getpid());

    dcc_proc_read(getpid(), &self);
    record->shim.pid = getpid();
    record->shim.start_ticks = self.start_ticks;
    record->shim.pidfs_inode = dcc_pidfd_inode(pidfd);
    record->log_size = options->log_size;
    record->log_files = options->log_files;
    record->first_signal = options->first_signal;
    record->n_daemons = options->n_daemons;
    for (unsigned i = 0; i < options->n_daemons; i++)
        snprintf(record->daemons[i], sizeof record->daemons[i], "%.15s", options->daemons[i]);
    if (pidfd >= 0)
        close(pidfd);
}

static bool
open_files(Shim *shim)
{
    const ShimOptions *options = &shim->options;

    shim->dir_fd = open(options->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    shim->record_fd = openat(shim->dir_fd, DCC_SHIM_FILE_RECORD, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    return shim->record_fd >= 0 && dcc_shim_slot_read(shim->record_fd, &shim->record) &&
           shim->record.phase == DCC_PHASE_PREPARED &&
           dcc_ring_init(&shim->ring, options->log, options->log_size, options->log_files);
}

/* None of the descriptors we were given is for the application, nor may any stray one be. */
static void
close_at_exec(void)
{
#ifdef SYS_close_range
    if (syscall(SYS_close_range, 3, ~0u, 4 /* CLOSE_RANGE_CLOEXEC */) == 0)
        return;
#endif
    for (int fd = 3; fd < 1024; fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static bool
guard_signals(Shim *shim)
{
    sigset_t child;
    sigset_t all;

    sigfillset(&all);
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_SETMASK, &all, NULL);
    /* Inherited as ignored it would make the kernel throw our children's exits away. */
    signal(SIGCHLD, SIG_DFL);
    shim->signal_fd = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    return shim->signal_fd >= 0;
}

static bool
prepare(Shim *shim, int argc, char **argv)
{
    shim->exec_fd = -1;
    shim->output_fd = -1;
    for (unsigned i = 0; i < DCC_SHIM_MAX_CLIENTS; i++)
        shim->clients[i] = -1;
    shim->clients[0] = DCC_SHIM_FD_SESSION;
    if (!dcc_shim_options_parse(&shim->options, argc, argv))
        return false;
    close_at_exec();
    setsid();
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (!guard_signals(shim) || !open_files(shim) || !dcc_shim_listen(shim))
        return false;
    fill_record(shim);
    return true;
}

int
main(int argc, char **argv)
{
    static Shim shim;

    if (!prepare(&shim, argc, argv))
        return EXIT_BROKEN;
    dcc_shim_start(&shim);
    while (!shim.over)
        turn(&shim);
    if (shim.record.phase == DCC_PHASE_REFUSED)
        waitpid(-1, NULL, 0); /* it is in its _exit */
    else
        leave_a_drain(&shim);
    unlinkat(shim.dir_fd, DCC_SHIM_FILE_SOCKET, 0);
    return 0;
}
