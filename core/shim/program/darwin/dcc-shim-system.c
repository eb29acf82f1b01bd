/* Darwin: a kqueue for SIGCHLD, and no subreaper: what has lost its parent becomes a child of launchd, and its end is
 * told to nobody. So what belongs is what descends from the shim, and what carries the run's number in its environment;
 * who has neither a parent of ours nor that environment escapes. See the header.
 *
 * Compiled and linked for macOS, never run. Threading: one thread. */
#include "dcc-shim-system.h"

#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/event.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOOK_MS 500
/* Where open descriptors cannot be listed. */
#define MOST_TRIED_FDS 1024

int
dcc_shim_system_guard(void)
{
    struct kevent change;
    sigset_t all;
    int fd = kqueue();

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    /* Inherited as ignored it would make the kernel throw our children's exits away. */
    signal(SIGCHLD, SIG_DFL);
    if (fd < 0)
        return -1;
    EV_SET(&change, SIGCHLD, EVFILT_SIGNAL, EV_ADD | EV_CLEAR, 0, 0, NULL);
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && kevent(fd, &change, 1, NULL, 0, NULL) == 0)
        return fd;
    close(fd);
    return -1;
}

void
dcc_shim_system_drain_guard(int fd)
{
    const struct timespec at_once = {0, 0};
    struct kevent events[8];

    while (kevent(fd, NULL, 0, events, 8, &at_once) > 0) {
    }
}

void
dcc_shim_system_reset_signals(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int sig = 1; sig < NSIG; sig++)
        sigaction(sig, &action, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* There is no such thing. */
void
dcc_shim_system_adopt_orphans(void)
{
}

/* Nor this. */
void
dcc_shim_system_end_with_shim(int sig)
{
}

int
dcc_shim_system_look_ms(void)
{
    return LOOK_MS;
}

bool
dcc_shim_system_has_nobody(void)
{
    return false;
}

typedef struct {
    const DccShimSlot *slot;
    const DccProc *list;
    size_t n;
    DccProcSkip skip;
    void *data;
} Search;

/* Older than the main process is nobody that it has started. */
static bool
is_stray(const DccProc *proc, void *data)
{
    const Search *search = data;
    char run[DCC_RUN_NUMBER_LENGTH + 1];

    if (proc->pid == getpid() || proc->state == 'Z' || proc->state == 'X' ||
        proc->start_ticks < search->slot->main.start_ticks)
        return false;
    for (size_t i = 0; i < search->n; i++)
        if (search->list[i].pid == proc->pid)
            return false;
    return dcc_proc_read_run(proc->pid, run) && strcmp(run, search->slot->run) == 0 &&
           (search->skip == NULL || !search->skip(proc, search->data));
}

size_t
dcc_shim_system_collect(
    const DccShimSlot *slot, DccProc *list, size_t max, DccProcSkip skip, void *data)
{
    size_t n = dcc_proc_descendants(getpid(), list, max, skip, data);
    Search search = {slot, list, n, skip, data};

    if (slot->run[0] == 0 || slot->main.start_ticks == 0)
        return n;
    return n + dcc_proc_scan(list + n, max - n, is_stray, &search);
}

/* How much memory one child has had is told only to who reaps it by its number. */
bool
dcc_shim_system_wait(idtype_t kind, int64_t pid, siginfo_t *info, int what, struct rusage *usage)
{
    memset(usage, 0, sizeof *usage);
    info->si_pid = 0;
    return waitid(kind, (id_t)pid, info, what | WNOHANG) == 0 && info->si_pid != 0;
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
    if (dcc_proc_each_own_fd(close_fd_at_exec))
        return;
    for (int fd = first; fd < MOST_TRIED_FDS; fd++)
        close_fd_at_exec(fd);
}

bool
dcc_shim_system_pipe(int fds[2])
{
    if (pipe(fds) != 0)
        return false;
    fcntl(fds[0], F_SETFD, FD_CLOEXEC);
    fcntl(fds[1], F_SETFD, FD_CLOEXEC);
    return true;
}

/* A pipe grows by itself, to 64 KiB at most. */
void
dcc_shim_system_widen_pipe(int fd)
{
    (void)fd;
}

/* A process has the name of its file; its thread can be given one. */
void
dcc_shim_system_set_name(const char *name)
{
    pthread_setname_np(name);
}

/* There is no such thing. */
void
dcc_shim_system_raise_oom_score(int add)
{
    (void)add;
}
