/* Signals to the application and to all that descends from it.
 *
 * Everything below the shim is the application's: it is the shim's only child, and the shim is its
 * subreaper. No signal goes to a number, but to a pidfd whose process was checked after it was
 * opened. SIGABRT and SIGQUIT are never sent. */
#include "dcc-shim.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Passes one after the other before the first pause: a tree that forks faster than we look must
 * lose. */
#define EAGER_PASSES 50
#define MAX_WAIT_MS  1000
/* By then only what cannot die is left (uninterruptible, another user's); its end wakes us anyhow.
 */
#define MAX_PASSES (EAGER_PASSES + 40)

static bool
is_daemon(const DccProc *proc, void *data)
{
    const ShimOptions *options = data;

    for (unsigned i = 0; i < options->n_daemons; i++)
        if (strncmp(proc->comm, options->daemons[i], sizeof proc->comm - 1) == 0)
            return true;
    return false;
}

static size_t
collect(Shim *shim)
{
    return dcc_proc_descendants(getpid(), shim->tree, DCC_SHIM_MAX_TREE, is_daemon, &shim->options);
}

static void
remember_signal(Shim *shim, int sig)
{
    if (shim->record.last_signal == sig)
        return;
    shim->record.last_signal = sig;
    dcc_shim_write_record(shim, false);
}

/* It is our child and not reaped, so the pid is its own. */
static bool
is_main_alive(const Shim *shim)
{
    return shim->record.phase == DCC_PHASE_SPAWNED || shim->record.phase == DCC_PHASE_STARTED;
}

static void
continue_main(Shim *shim)
{
    DccProc proc;

    if (is_main_alive(shim) && dcc_proc_read(shim->record.main.pid, &proc))
        dcc_proc_signal(&proc, SIGCONT);
}

static void
signal_main(Shim *shim, int sig)
{
    DccProc proc;

    if (!is_main_alive(shim))
        return;
    remember_signal(shim, sig);
    if (dcc_proc_read(shim->record.main.pid, &proc))
        dcc_proc_signal(&proc, sig);
    continue_main(shim);
}

static void
term_tree(Shim *shim)
{
    size_t n = collect(shim);

    for (size_t i = 0; i < n; i++) {
        if (shim->tree[i].pid == shim->record.main.pid)
            remember_signal(shim, SIGTERM);
        dcc_proc_signal(&shim->tree[i], SIGTERM);
        dcc_proc_signal(&shim->tree[i], SIGCONT);
    }
}

/* No SIGSTOP first: SIGKILL stops a process from forking just as soon, and parents come before
 * their children in the list, so nobody is left to start a killed one anew. */
static bool
kill_once(Shim *shim)
{
    size_t n = collect(shim);
    bool any = false;

    for (size_t i = 0; i < n; i++) {
        if (shim->tree[i].pid == shim->record.main.pid && shim->tree[i].state != 'Z')
            remember_signal(shim, SIGKILL);
        if (dcc_proc_signal(&shim->tree[i], SIGKILL) == 0)
            any = true;
    }
    return any;
}

void
dcc_shim_kill_pass(Shim *shim)
{
    bool any;

    /* Those who have time to be reparented to us come again in the next pass, so look again at
     * once. */
    do {
        any = kill_once(shim);
        dcc_shim_reap(shim);
        shim->kill_passes++;
    } while (any && !shim->over && shim->kill_passes < EAGER_PASSES);
    if (shim->over || dcc_shim_tree_is_empty(shim)) {
        shim->kill_passes = 0;
        return;
    }
    shim->kill_wait_ms = shim->kill_wait_ms == 0 ? 2 : shim->kill_wait_ms * 2;
    if (shim->kill_wait_ms > MAX_WAIT_MS)
        shim->kill_wait_ms = MAX_WAIT_MS;
    shim->kill_due_ms =
        shim->kill_passes < MAX_PASSES ? dcc_shim_monotonic_ms() + shim->kill_wait_ms : -1;
}

bool
dcc_shim_tree_is_empty(Shim *shim)
{
    siginfo_t info = {0};

    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 && errno == ECHILD)
        return true;
    return shim->options.n_daemons > 0 && collect(shim) == 0;
}

void
dcc_shim_order(Shim *shim, unsigned order)
{
    switch (order) {
    case ORDER_TERM:
        signal_main(shim, shim->options.first_signal);
        break;
    case ORDER_TERM_TREE:
        term_tree(shim);
        break;
    case ORDER_KILL_TREE:
        shim->kill_passes = 1;
        shim->kill_wait_ms = 0;
        shim->kill_due_ms = 0;
        break;
    case ORDER_LEAVE:
        shim->leaving = true;
        break;
    case ORDER_CONT:
        continue_main(shim);
        break;
    default:
        break;
    }
}
