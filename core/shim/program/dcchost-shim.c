/* dcchost-shim: the parent of one application, too small to fail.
 *
 * It holds what must outlive the session: the name's lock, the application's output, the truth of
 * its exit, and the roots of its process tree. One thread, one poll, no allocation, no timer while
 * nothing is to be killed (but where a kernel has no pidfds for what it is tied to). Every signal that can be is blocked for good: at a shutdown, or when a
 * farm's node is cleared, all processes get SIGTERM at once, and this one goes on until the
 * application's exit is on record and its tree is empty.
 *
 * dcchost-shim --dir DIR --log PATH --log-size N --log-files N --signal N --oom N [--daemon
 * COMM]...
 *              [--tie PID:START]... [--orphan-signal N] [--cwd DIR] -- PROGRAM [ARGUMENT]...
 * Its environment is the application's. It ends when the application and all it started have ended.
 *
 * This file knows the parts (options, child, tree, tie, output, clients); no part knows this file or
 * another part. */
#include "dcc-shim-clients.h"
#include "dcc-shim-options.h"
#include "dcc-shim-output.h"
#include "dcc-shim-start.h"
#include "dcc-shim-system.h"
#include "dcc-shim-tie.h"
#include "dcc-shim-tree.h"
#include "dcc-wait-status.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define EXIT_BROKEN 125

enum { POLL_SIGNAL, POLL_LISTEN, POLL_OUTPUT, POLL_EXEC, POLL_CLIENTS };
#define POLL_TIE (POLL_CLIENTS + DCC_SHIM_MAX_CLIENTS)
#define N_POLL   (POLL_TIE + DCC_SHIM_MAX_TIES)

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
    dcc_shim_slot_note_dropped(&shim->record, shim->output.ring.dropped);
    /* There is nowhere to complain to; what fails here, the session learns from the shim's end. */
    if (dcc_shim_slot_write(shim->record_fd, &shim->record) && sync)
        dcc_shim_record_sync(shim->record_fd);
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
    dcc_shim_slot_note_refused(&shim->record, stage, errno_code, get_wall_clock());
    write_record(shim, false);
    dcc_shim_clients_tell(&shim->clients, NEWS_REFUSED);
    shim->over = true;
}

static DccShimId
identify(int64_t pid)
{
    int pidfd = dcc_pidfd_open(pid);
    DccShimId id = {.pid = pid};
    DccProc proc = {0};

    dcc_proc_read(pid, &proc);
    id.start_ticks = proc.start_ticks;
    if (pidfd >= 0) {
        id.pidfs_inode = dcc_pidfd_inode(pidfd);
        close(pidfd);
    }
    return id;
}

static void
record_child(Shim *shim)
{
    DccShimId child = identify(shim->child.pid);

    dcc_shim_slot_note_spawned(&shim->record, &child, get_wall_clock());
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
    dcc_shim_slot_note_started(&shim->record);
    write_record(shim, false);
    dcc_shim_clients_tell(&shim->clients, NEWS_STARTED);
}

static void
main_ended(Shim *shim, const siginfo_t *info, const struct rusage *usage)
{
    /* Dead, so whatever its exec had to say has been said. */
    if (shim->child.told_fd >= 0)
        on_exec(shim);
    if (shim->record.phase == DCC_PHASE_REFUSED)
        return;
    tell_of_output(shim, dcc_shim_output_take_all(&shim->output));
    dcc_shim_slot_note_exit(
        &shim->record, true, dcc_wait_status_from_siginfo(info), get_wall_clock());
    dcc_shim_slot_note_peak(&shim->record, usage->ru_maxrss);
    write_record(shim, false);
    dcc_shim_clients_tell(&shim->clients, NEWS_EXITED);
    /* After the news: it is only for the case that the power fails, and a slow disk must not hold
     * it up. */
    dcc_shim_record_sync(shim->record_fd);
}

static void
child_changed(Shim *shim, const siginfo_t *info, const struct rusage *usage)
{
    if (info->si_pid != shim->record.main.pid || shim->record.phase == DCC_PHASE_ENDED)
        return;
    if (info->si_code == CLD_STOPPED || info->si_code == CLD_CONTINUED) {
        shim->paused = info->si_code == CLD_STOPPED;
        dcc_shim_clients_tell(&shim->clients, shim->paused ? NEWS_PAUSED : NEWS_RESUMED);
    } else if (info->si_code != CLD_TRAPPED) { /* since it was asked for */
        main_ended(shim, info, usage);
    }
}

static void
settle(Shim *shim)
{
    if (shim->over || shim->record.phase != DCC_PHASE_ENDED)
        return;
    if (dcc_shim_tree_is_empty(&shim->tree)) {
        tell_of_output(shim, dcc_shim_output_take_all(&shim->output));
        dcc_shim_slot_note_empty(&shim->record);
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
    struct rusage usage = {0};

    if (shim->record.phase != DCC_PHASE_SPAWNED && shim->record.phase != DCC_PHASE_STARTED)
        return;
    if (dcc_shim_system_wait(P_PID, shim->record.main.pid, &info, WEXITED | WNOWAIT, &usage))
        main_ended(shim, &info, &usage);
}

static void
reap(Shim *shim)
{
    const int what = WEXITED | WSTOPPED | WCONTINUED;

    note_main(shim);
    for (;;) {
        siginfo_t info = {0};
        struct rusage usage = {0};

        if (!dcc_shim_system_wait(P_ALL, 0, &info, what, &usage))
            break;
        child_changed(shim, &info, &usage);
    }
    settle(shim);
}

static void
on_signals(Shim *shim)
{
    /* They are merged in any case: it says only that there is something to wait for. */
    dcc_shim_system_drain_guard(shim->signal_fd);
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

/* Saving is the session's affair; where there is none, all are told to end, and soon made to. */
static void
attend_tie(Shim *shim)
{
    bool attended = dcc_shim_clients_has_any(&shim->clients);

    switch (dcc_shim_tie_ask(&shim->options.tie, attended, dcc_shim_tree_now_ms())) {
    case SHIM_TIE_TERMINATE:
        dcc_shim_tree_terminate(&shim->tree);
        break;
    case SHIM_TIE_KILL:
        dcc_shim_tree_begin_killing(&shim->tree);
        break;
    case SHIM_TIE_HOLDS:
        return;
    }
    write_record_if_changed(shim);
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

/* Whichever comes first; -1: never. */
static int
sooner(int a, int b)
{
    return a < 0 || (b >= 0 && b < a) ? b : a;
}

/* Where nobody tells when the last of the tree has ended. */
static int
look_patience(const Shim *shim)
{
    return shim->record.phase == DCC_PHASE_ENDED ? dcc_shim_system_look_ms() : -1;
}

static int
get_patience(const Shim *shim)
{
    int tree = dcc_shim_tree_patience(&shim->tree);
    int tie = dcc_shim_tie_patience(&shim->options.tie, dcc_shim_tree_now_ms());

    return sooner(sooner(tree, tie), look_patience(shim));
}

static void
turn(Shim *shim)
{
    struct pollfd fds[N_POLL];
    const unsigned n_ties = shim->options.tie.n;

    fds[POLL_SIGNAL] = (struct pollfd){shim->signal_fd, POLLIN, 0};
    fds[POLL_LISTEN] = (struct pollfd){shim->clients.listen_fd, POLLIN, 0};
    fds[POLL_OUTPUT] = (struct pollfd){shim->output.fd, POLLIN, 0};
    fds[POLL_EXEC] = (struct pollfd){shim->child.told_fd, POLLIN, 0};
    for (int i = 0; i < DCC_SHIM_MAX_CLIENTS; i++)
        fds[POLL_CLIENTS + i] = (struct pollfd){shim->clients.all[i].fd, POLLIN, 0};
    for (unsigned i = 0; i < n_ties; i++)
        fds[POLL_TIE + i] = (struct pollfd){dcc_shim_tie_get_fd(&shim->options.tie, i), POLLIN, 0};
    /* No more than there are: the kernel refuses more than a process may have descriptors. */
    if (poll(fds, POLL_TIE + n_ties, get_patience(shim)) < 0)
        return;
    on_events(shim, fds);
    if (look_patience(shim) >= 0)
        settle(shim);
    if (!shim->over)
        attend_tie(shim);
    if (!shim->over && dcc_shim_tree_patience(&shim->tree) == 0)
        kill_tree(shim);
}

static void
fill_record(Shim *shim)
{
    const ShimOptions *options = &shim->options;
    DccShimSlot *record = &shim->record;
    DccShimId self = identify(getpid());
    char run[DCC_RUN_NUMBER_LENGTH + 1] = "";

    dcc_proc_read_run(getpid(), run);
    dcc_shim_slot_note_shim(record, &self, run);
    dcc_shim_slot_note_log(record, options->log_size, options->log_files);
    dcc_shim_slot_note_first_signal(record, options->first_signal);
    for (unsigned i = 0; i < options->n_daemons; i++)
        dcc_shim_slot_note_daemon(record, options->daemons[i]);
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

static bool
prepare(Shim *shim, int argc, char **argv)
{
    shim->child.told_fd = -1;
    dcc_shim_tree_init(&shim->tree, &shim->record);
    shim->signal_fd = dcc_shim_system_guard();
    if (shim->signal_fd < 0 || !dcc_shim_options_parse(&shim->options, argc, argv))
        return false;
    dcc_shim_system_close_at_exec(DCC_SHIM_FD_SESSION);
    setsid();
    dcc_shim_system_adopt_orphans();
    if (!open_files(shim) ||
        !dcc_shim_clients_init(&shim->clients, shim->dir_fd, DCC_SHIM_FD_SESSION))
        return false;
    dcc_shim_tie_open(&shim->options.tie);
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
