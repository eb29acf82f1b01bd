/* Signals to the application and to all that descends from it; see the header.
 *
 * Everything below the shim is the application's: it is the shim's only child, and the shim is its
 * subreaper (where there is none, dcc-shim-system.h says what else is). What is not ours all the same is what dcc_shim_slot_is_apart() says: daemons that the
 * plan lets live on, and other instances, which were started from inside this one and are to
 * outlive it. No signal goes to a number, but to a process whose identity was checked. SIGABRT and
 * SIGQUIT are never sent. Threading: one thread. */
#include "dcc-shim-tree.h"

#include "dcc-shim-system.h"

#include <signal.h>
#include <time.h>

/* Passes one after the other before the first pause: a tree that forks faster than we look must
 * lose. */
#define EAGER_PASSES 50
#define MAX_WAIT_MS  1000
/* By then only what cannot die is left (uninterruptible, another user's); its end wakes us anyhow.
 */
#define MAX_PASSES (EAGER_PASSES + 40)

int64_t
dcc_shim_tree_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void
dcc_shim_tree_init(ShimTree *self, DccShimSlot *record)
{
    self->record = record;
}

static bool
is_apart(const DccProc *proc, void *data)
{
    return dcc_shim_slot_is_apart(data, proc);
}

static size_t
collect(ShimTree *self)
{
    return dcc_shim_system_collect(
        self->record, self->list, DCC_SHIM_MAX_TREE, is_apart, self->record);
}

static void
remember_signal(ShimTree *self, int sig)
{
    self->changed = dcc_shim_slot_note_signal(self->record, sig) || self->changed;
}

/* It is our child and not reaped, so the pid is its own. */
static bool
read_main(const ShimTree *self, DccProc *proc)
{
    const DccShimSlot *record = self->record;

    return (record->phase == DCC_PHASE_SPAWNED || record->phase == DCC_PHASE_STARTED) &&
           dcc_proc_read(record->main.pid, proc);
}

void
dcc_shim_tree_continue_main(ShimTree *self)
{
    DccProc proc;

    if (read_main(self, &proc))
        dcc_proc_signal(&proc, SIGCONT);
}

void
dcc_shim_tree_signal_main(ShimTree *self, int sig)
{
    DccProc proc;

    if (!read_main(self, &proc))
        return;
    remember_signal(self, sig);
    dcc_proc_signal(&proc, dcc_proc_signal_number(sig));
    dcc_proc_signal(&proc, SIGCONT);
}

void
dcc_shim_tree_terminate(ShimTree *self)
{
    size_t n = collect(self);

    for (size_t i = 0; i < n; i++) {
        if (self->list[i].pid == self->record->main.pid)
            remember_signal(self, SIGTERM);
        dcc_shim_slot_signal(self->record, &self->list[i], SIGTERM, &self->changed);
        dcc_proc_signal(&self->list[i], SIGCONT);
    }
}

void
dcc_shim_tree_begin_killing(ShimTree *self)
{
    self->passes = 1;
    self->wait_ms = 0;
    self->due_ms = 0;
}

int
dcc_shim_tree_patience(const ShimTree *self)
{
    int64_t left;

    if (self->passes == 0 || self->due_ms < 0)
        return -1;
    left = self->due_ms - dcc_shim_tree_now_ms();
    return left > 0 ? (int)left : 0;
}

void
dcc_shim_tree_hasten(ShimTree *self)
{
    if (self->passes > 0)
        self->due_ms = 0;
}

/* A leader that ended before its other threads is no corpse yet. */
static bool
is_dead(const DccProc *proc)
{
    return proc->state == 'Z' && proc->threads <= 1;
}

/* No SIGSTOP first: SIGKILL stops a process from forking just as soon, and parents come before
 * their children in the list, so none is left to start a killed one anew. No time goes to what only
 * waits to be reaped: a process that forks and ends without a pause leaves many of those, and its
 * youngest is the last of the list. */
bool
dcc_shim_tree_kill(ShimTree *self)
{
    size_t n = collect(self);
    bool any = false;

    for (size_t i = 0; i < n; i++) {
        if (is_dead(&self->list[i]))
            continue;
        if (self->list[i].pid == self->record->main.pid)
            remember_signal(self, SIGKILL);
        if (dcc_shim_slot_signal(self->record, &self->list[i], SIGKILL, &self->changed) == 0)
            any = true;
    }
    self->passes++;
    return any && self->passes < EAGER_PASSES;
}

void
dcc_shim_tree_rest(ShimTree *self)
{
    if (dcc_shim_tree_is_empty(self)) {
        self->passes = 0;
        return;
    }
    self->wait_ms = self->wait_ms == 0 ? 2 : self->wait_ms * 2;
    if (self->wait_ms > MAX_WAIT_MS)
        self->wait_ms = MAX_WAIT_MS;
    self->due_ms = self->passes < MAX_PASSES ? dcc_shim_tree_now_ms() + self->wait_ms : -1;
}

bool
dcc_shim_tree_is_empty(ShimTree *self)
{
    return dcc_shim_system_has_nobody() || collect(self) == 0;
}
