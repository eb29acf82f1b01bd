/* dcchost-shim: the parent of one application, too small to fail.
 *
 * It holds what must outlive the session: the name's lock, the application's output, the truth of
 * its exit, and the roots of its process tree. One thread, one poll, no allocation, no timer while
 * nothing is to be killed. Every signal that can be is blocked for good: at a shutdown, or when a
 * farm's node is cleared, all processes get SIGTERM at once, and this one goes on until the
 * application's exit is on record and its tree is empty.
 *
 * dcchost-shim --dir DIR --log PATH --log-size N --log-files N --signal N --oom N [--daemon
 * COMM]...
 *              [--cwd DIR] -- PROGRAM [ARGUMENT]...
 * Its environment is the application's. It ends when the application and all it started have ended.
 *
 * This file knows the parts (options, child, tree, output, clients); no part knows this file or
 * another part. */
#include "dcc-shim-clients.h"
#include "dcc-shim-options.h"
#include "dcc-shim-output.h"
#include "dcc-shim-start.h"
#include "dcc-shim-tree.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
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

typedef struct {
    ShimOptions options;
    DccShimSlot record;
    ShimOutput output;
    ShimClients clients;
    ShimTree tree;
    ShimChild child;
    int dir_fd;
    int record_fd;
    int signal_fd;
    bool paused;
    bool degraded;
    bool leaving;
    bool over;
} Shim;

static int64_t
get_wall_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void
write_record(Shim *shim, bool sync)
{
    shim->tree.changed = false;
    shim->record.log_dropped = shim->output.ring.dropped;
    /* There is nowhere to complain to; what fails here, the session learns from the shim's end. */
    if (dcc_shim_slot_write(shim->record_fd, &shim->record) && sync)
        fdatasync(shim->record_fd);
}

static void
write_record_if_changed(Shim *shim)
{
    if (shim->tree.changed)
        write_record(shim, false);
}

static void
tell_of_output(Shim *shim, bool some)
{
    if (some)
        dcc_shim_clients_tell_output(&shim->clients);
    if (!shim->output.degraded || shim->degraded)
        return;
    shim->degraded = true;
    write_record(shim, false);
    dcc_shim_clients_tell(&shim->clients, NEWS_DEGRADED);
}

static void
refuse(Shim *shim, const char *stage, int errno_code)
{
    DccShimSlot *record = &shim->record;

    record->phase = DCC_PHASE_REFUSED;
    record->errno_code = errno_code;
    record->ended = get_wall_clock();
    record->tree_empty = 1;
    memset(record->stage, 0, sizeof record->stage);
    snprintf(record->stage, sizeof record->stage, "%s", stage);
    write_record(shim, false);
    dcc_shim_clients_tell(&shim->clients, NEWS_REFUSED);
    shim->over = true;
}

static void
record_child(Shim *shim)
{
    int pidfd = dcc_pidfd_open(shim->child.pid);
    DccProc proc = {0};

    dcc_proc_read(shim->child.pid, &proc);
    shim->record.main.pid = shim->child.pid;
    shim->record.main.start_ticks = proc.start_ticks;
    if (pidfd >= 0) {
        shim->record.main.pidfs_inode = dcc_pidfd_inode(pidfd);
        close(pidfd);
    }
    shim->record.started = get_wall_clock();
    shim->record.phase = DCC_PHASE_SPAWNED;
    write_record(shim, false);
}

static void
start(Shim *shim)
{
    int output = dcc_shim_output_open(&shim->output, shim->dir_fd);

    if (output < 0 || !dcc_shim_child_fork(&shim->child, &shim->options, output)) {
        refuse(shim, "spawn", errno);
        return;
    }
    close(output);
    record_child(shim);
    dcc_shim_child_release(&shim->child);
    /* The application has its directory; the shim is not to keep a file system busy. */
    if (chdir("/") != 0) {
        /* Then it does. */
    }
}

static void
on_exec(Shim *shim)
{
    ShimFailure failure;

    if (dcc_shim_child_has_failed(&shim->child, &failure)) {
        refuse(shim, failure.stage, failure.errno_code);
        return;
    }
    shim->record.phase = DCC_PHASE_STARTED;
    write_record(shim, false);
    dcc_shim_clients_tell(&shim->clients, NEWS_STARTED);
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
    if (shim->child.told_fd >= 0)
        on_exec(shim);
    if (shim->record.phase == DCC_PHASE_REFUSED)
        return;
    tell_of_output(shim, dcc_shim_output_take_all(&shim->output));
    shim->record.phase = DCC_PHASE_ENDED;
    shim->record.status_known = 1;
    shim->record.wait_status = wait_status_of(info);
    shim->record.ended = get_wall_clock();
    write_record(shim, false);
    dcc_shim_clients_tell(&shim->clients, NEWS_EXITED);
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
        dcc_shim_clients_tell(&shim->clients, shim->paused ? NEWS_PAUSED : NEWS_RESUMED);
    } else if (info->si_code != CLD_TRAPPED) { /* since it was asked for */
        main_ended(shim, info);
    }
}

static void
settle(Shim *shim)
{
    if (shim->over || shim->record.phase != DCC_PHASE_ENDED)
        return;
    if (dcc_shim_tree_is_empty(&shim->tree)) {
        tell_of_output(shim, dcc_shim_output_take_all(&shim->output));
        shim->record.tree_empty = 1;
        write_record(shim, true);
        dcc_shim_clients_tell(&shim->clients, NEWS_EMPTY);
        shim->over = true;
    } else if (shim->leaving) {
        shim->over = true;
    }
}

/* How it ended is written down before it is reaped: where the shim is killed in between, either its
 * record tells, or the process still does. */
static void
note_main(Shim *shim)
{
    siginfo_t info = {0};

    if (shim->record.phase != DCC_PHASE_SPAWNED && shim->record.phase != DCC_PHASE_STARTED)
        return;
    if (waitid(P_PID, (id_t)shim->record.main.pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid != 0)
        main_ended(shim, &info);
}

static void
reap(Shim *shim)
{
    const int what = WEXITED | WSTOPPED | WCONTINUED | WNOHANG;

    note_main(shim);
    for (;;) {
        siginfo_t info = {0};

        if (waitid(P_ALL, 0, &info, what) != 0 || info.si_pid == 0)
            break;
        child_changed(shim, &info);
    }
    settle(shim);
}

static void
on_signals(Shim *shim)
{
    struct signalfd_siginfo info[8];

    /* They are merged in any case: it says only that there is something to wait for. */
    while (read(shim->signal_fd, info, sizeof info) > 0) {
    }
    reap(shim);
    dcc_shim_tree_hasten(&shim->tree);
}

/* What has time to be reparented to us comes again in the next pass, so look again at once. */
static void
kill_tree(Shim *shim)
{
    bool again;

    do {
        again = dcc_shim_tree_kill(&shim->tree);
        write_record_if_changed(shim);
        reap(shim);
    } while (again && !shim->over);
    if (!shim->over)
        dcc_shim_tree_rest(&shim->tree);
}

static void
on_order(unsigned order, void *data)
{
    Shim *shim = data;

    switch (order) {
    case ORDER_TERM:
        dcc_shim_tree_signal_main(&shim->tree, shim->options.first_signal);
        break;
    case ORDER_TERM_TREE:
        dcc_shim_tree_terminate(&shim->tree);
        break;
    case ORDER_KILL_TREE:
        dcc_shim_tree_begin_killing(&shim->tree);
        break;
    case ORDER_LEAVE:
        shim->leaving = true;
        break;
    case ORDER_CONT:
        dcc_shim_tree_continue_main(&shim->tree);
        break;
    default:
        break;
    }
    write_record_if_changed(shim);
}

static void
on_connection(Shim *shim)
{
    const DccShimSlot *record = &shim->record;
    int client = dcc_shim_clients_accept(&shim->clients);

    if (client < 0)
        return;
    if (record->phase == DCC_PHASE_STARTED || record->phase == DCC_PHASE_ENDED)
        dcc_shim_clients_tell_one(&shim->clients, client, NEWS_STARTED);
    if (shim->paused)
        dcc_shim_clients_tell_one(&shim->clients, client, NEWS_PAUSED);
    if (shim->degraded)
        dcc_shim_clients_tell_one(&shim->clients, client, NEWS_DEGRADED);
    if (record->phase == DCC_PHASE_ENDED)
        dcc_shim_clients_tell_one(&shim->clients, client, NEWS_EXITED);
    /* There may have been some while it was away. */
    dcc_shim_clients_tell_one(&shim->clients, client, NEWS_OUTPUT);
}

static void
on_events(Shim *shim, const struct pollfd *fds)
{
    bool more = false;

    if (fds[POLL_EXEC].revents != 0 && shim->child.told_fd >= 0)
        on_exec(shim);
    for (int i = 0; i < DCC_SHIM_MAX_CLIENTS; i++)
        if (fds[POLL_CLIENTS + i].revents != 0) {
            dcc_shim_clients_hear(&shim->clients, i, on_order, shim);
            more = true;
        }
    if (fds[POLL_SIGNAL].revents != 0)
        on_signals(shim);
    if (fds[POLL_OUTPUT].revents != 0)
        tell_of_output(shim, dcc_shim_output_take(&shim->output));
    if (fds[POLL_LISTEN].revents != 0)
        on_connection(shim);
    /* Not after output: no process has ended by that, and looking costs. */
    if (more)
        settle(shim);
}

static void
turn(Shim *shim)
{
    struct pollfd fds[N_POLL];

    fds[POLL_SIGNAL] = (struct pollfd){shim->signal_fd, POLLIN, 0};
    fds[POLL_LISTEN] = (struct pollfd){shim->clients.listen_fd, POLLIN, 0};
    fds[POLL_OUTPUT] = (struct pollfd){shim->output.fd, POLLIN, 0};
    fds[POLL_EXEC] = (struct pollfd){shim->child.told_fd, POLLIN, 0};
    for (int i = 0; i < DCC_SHIM_MAX_CLIENTS; i++)
        fds[POLL_CLIENTS + i] = (struct pollfd){shim->clients.all[i].fd, POLLIN, 0};
    if (poll(fds, N_POLL, dcc_shim_tree_patience(&shim->tree)) < 0)
        return;
    on_events(shim, fds);
    if (!shim->over && dcc_shim_tree_patience(&shim->tree) == 0)
        kill_tree(shim);
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
    if (pidfd >= 0) {
        record->shim.pidfs_inode = dcc_pidfd_inode(pidfd);
        close(pidfd);
    }
    record->log_size = options->log_size;
    record->log_files = options->log_files;
    record->first_signal = options->first_signal;
    record->n_daemons = options->n_daemons;
    for (unsigned i = 0; i < options->n_daemons; i++)
        snprintf(record->daemons[i], sizeof record->daemons[i], "%.15s", options->daemons[i]);
    dcc_proc_read_run(getpid(), record->run);
}

static bool
open_files(Shim *shim)
{
    const ShimOptions *options = &shim->options;

    shim->dir_fd = open(options->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    shim->record_fd = openat(shim->dir_fd, DCC_SHIM_FILE_RECORD, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    return shim->record_fd >= 0 && dcc_shim_slot_read(shim->record_fd, &shim->record) &&
           shim->record.phase == DCC_PHASE_PREPARED &&
           dcc_shim_output_init(&shim->output, options->log, options->log_size, options->log_files);
}

static void
close_fd_at_exec(int fd)
{
    if (fd >= DCC_SHIM_FD_SESSION)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/* None of the descriptors we were given is for the application, nor may any stray one be. */
static void
close_at_exec(void)
{
#ifdef SYS_close_range
    if (syscall(SYS_close_range, DCC_SHIM_FD_SESSION, ~0u, 4 /* CLOSE_RANGE_CLOEXEC */) == 0)
        return;
#endif
    if (dcc_proc_each_own_fd(close_fd_at_exec))
        return;
    for (int fd = DCC_SHIM_FD_SESSION; fd < 1024; fd++)
        close_fd_at_exec(fd);
}

static bool
guard_signals(Shim *shim)
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
    shim->signal_fd = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    return shim->signal_fd >= 0;
}

static bool
prepare(Shim *shim, int argc, char **argv)
{
    shim->child.told_fd = -1;
    dcc_shim_tree_init(&shim->tree, &shim->record);
    if (!guard_signals(shim) || !dcc_shim_options_parse(&shim->options, argc, argv))
        return false;
    close_at_exec();
    setsid();
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (!open_files(shim) ||
        !dcc_shim_clients_init(&shim->clients, shim->dir_fd, DCC_SHIM_FD_SESSION))
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
    start(&shim);
    while (!shim.over)
        turn(&shim);
    if (shim.record.phase == DCC_PHASE_REFUSED)
        waitpid(-1, NULL, 0); /* it is in its _exit */
    else                      /* a child, for the shim's own end is a message */
        dcc_shim_output_leave_a_drain(&shim.output, DCC_SHIM_FD_SESSION);
    unlinkat(shim.dir_fd, DCC_SHIM_FILE_SOCKET, 0);
    return 0;
}
