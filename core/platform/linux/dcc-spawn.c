/* Spawning without a copy of this process's memory; see the header.
 *
 * The child shares our memory and we stand still until it has called exec, so a failure comes back
 * as two words in a struct: no pipe, no guess. All signals are blocked meanwhile, for a handler of
 * ours must not run in the child. Measured: 0.03 ms whatever the size of this process; fork takes
 * 40 ms from one of 1 GB.
 *
 * Threading: any. */
#include "dcc-spawn.h"
#include "dcc-pidfd.h"
#include "dcc-system.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STACK_BYTES (64 * 1024)
#define FIRST_KEPT  3
/* The kernel's; what the C library calls SIGRTMIN comes after those that it keeps for itself. */
#define FIRST_REAL_TIME 32
/* Where open descriptors cannot be listed. */
#define MOST_TRIED_FDS 65536

extern char **environ;

typedef struct {
    const DccSpawn *spawn;
    int *fds; /* scratch: 3 + n_keep_fds */
    guint n_fds;
    guint64 real_time; /* signals to reset beside the common ones */
    const char *volatile stage;
    volatile int errno_code;
} Start;

/* What getdents64() writes, as the kernel has it. */
typedef struct {
    guint64 inode;
    gint64 offset;
    guint16 length;
    guint8 type;
    char name[];
} DirEntry;

/* -1: not a number. */
static int
parse_fd(const char *name)
{
    int fd = 0;

    for (; *name >= '0' && *name <= '9'; name++)
        fd = fd * 10 + (*name - '0');
    return *name == '\0' ? fd : -1;
}

/* What is open is listed, so a limit of a thousand million costs nothing. Without opendir: the heap
 * is our parent's, and its lock may be held. FALSE: it cannot be listed. */
static gboolean
close_listed(guint first)
{
    _Alignas(DirEntry) char buffer[4096];
    int dir = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    long n = -1;

    if (dir < 0)
        return FALSE;
    while ((n = syscall(SYS_getdents64, dir, buffer, sizeof buffer)) > 0)
        for (long at = 0; at < n;) {
            const DirEntry *entry = (const DirEntry *)(gpointer)(buffer + at);
            int fd = parse_fd(entry->name);

            if (fd >= (int)first && fd != dir)
                close(fd);
            at += entry->length;
        }
    close(dir);
    return n == 0;
}

/* Linux before 5.9, and sandboxes, have no close_range(). The limit on descriptors says nothing: it
 * may be without end, and lower than what was opened before it was set. Where there is no /proc
 * either, a number is tried that costs milliseconds; our own descriptors close on exec anyway. */
static void
close_from(guint first)
{
#ifdef SYS_close_range
    if (syscall(SYS_close_range, first, ~0u, 0) == 0)
        return;
#endif
    if (close_listed(first))
        return;
    for (int fd = (int)first; fd < MOST_TRIED_FDS; fd++)
        close(fd);
}

/* Every source goes up out of the way first, so that no target overwrites one that is still needed.
 */
static gboolean
arrange_fds(Start *start)
{
    const DccSpawn *spawn = start->spawn;
    const int standard[] = {spawn->stdin_fd, spawn->stdout_fd, spawn->stderr_fd};
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (null < 0)
        return FALSE;
    for (guint i = 0; i < start->n_fds; i++) {
        int fd = i < FIRST_KEPT ? standard[i] : spawn->keep_fds[i - FIRST_KEPT];

        start->fds[i] = fcntl(fd < 0 ? null : fd, F_DUPFD_CLOEXEC, (int)start->n_fds);
        /* A daemon that passes on its own standard output may have none. */
        if (start->fds[i] < 0 && errno == EBADF && i < FIRST_KEPT)
            start->fds[i] = fcntl(null, F_DUPFD_CLOEXEC, (int)start->n_fds);
        if (start->fds[i] < 0)
            return FALSE;
    }
    for (guint i = 0; i < start->n_fds; i++)
        if (dup2(start->fds[i], (int)i) < 0)
            return FALSE;
    close_from(start->n_fds);
    return TRUE;
}

static gboolean
is_default(int sig)
{
    struct sigaction action;

    return sigaction(sig, NULL, &action) != 0 || action.sa_handler == SIG_DFL;
}

static void
reset_signal(int sig)
{
    struct sigaction action = {.sa_handler = SIG_DFL};

    sigaction(sig, &action, NULL);
}

/* Real-time signals that this program had a use for when it started its first child: a bit each.
 * Nobody ignores one by the way, and to ask for all of them takes as long as all else that a child
 * does before its exec. */
static guint64
real_time_in_use(void)
{
    static gsize once;
    static guint64 in_use;

    if (g_once_init_enter(&once)) {
        for (int sig = FIRST_REAL_TIME; sig < NSIG; sig++)
            if (!is_default(sig))
                in_use |= G_GUINT64_CONSTANT(1) << (sig - 1);
        g_once_init_leave(&once, 1);
    }
    return in_use;
}

static void
reset_signals(guint64 real_time)
{
    sigset_t none;

    /* Ours would run in the child as soon as it is unblocked, so handlers go as well as what is
     * ignored. Asking first is cheaper: most are as they should be. */
    for (int sig = 1; sig < FIRST_REAL_TIME; sig++)
        if (!is_default(sig))
            reset_signal(sig);
    for (int sig = FIRST_REAL_TIME; real_time != 0 && sig < NSIG; sig++)
        if (real_time & (G_GUINT64_CONSTANT(1) << (sig - 1)))
            reset_signal(sig);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static int
fail(Start *start, const char *stage)
{
    start->errno_code = errno;
    start->stage = stage;
    _exit(127);
}

static int
run_child(void *data)
{
    Start *start = data;
    const DccSpawn *spawn = start->spawn;
    char *const *envp = spawn->envp != NULL ? (char *const *)spawn->envp : environ;

    if (spawn->new_session)
        setsid();
    if (!arrange_fds(start))
        return fail(start, "spawn");
    if (spawn->cwd != NULL && chdir(spawn->cwd) != 0)
        return fail(start, "chdir");
    reset_signals(start->real_time);
    execve(spawn->argv[0], (char *const *)spawn->argv, envp);
    return fail(start, "exec");
}

/* One is kept for the next spawn: to unmap it, every processor that runs a thread of ours has to be
 * interrupted, which takes longer than all the rest that is done here. */
static gpointer kept_stack;

/* NULL: no memory. */
static char *
take_stack(void)
{
    char *stack = g_atomic_pointer_get(&kept_stack);

    if (stack != NULL && g_atomic_pointer_compare_and_exchange(&kept_stack, stack, NULL))
        return stack;
    stack = mmap(
        NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    return stack != MAP_FAILED ? stack : NULL;
}

static void
give_stack(char *stack)
{
    if (!g_atomic_pointer_compare_and_exchange(&kept_stack, NULL, stack))
        munmap(stack, STACK_BYTES);
}

static gboolean
start_by_clone(Start *start, DccChild *child)
{
    char *stack = take_stack();
    int pidfd = -1;
    sigset_t all;
    sigset_t old;
    int pid;

    if (stack == NULL)
        return FALSE;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &old);
    pid = clone(run_child,
                stack + STACK_BYTES,
                CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD,
                start,
                &pidfd);
    if (pid < 0) {
        start->errno_code = errno;
        start->stage = "spawn";
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    give_stack(stack);
    child->pid = pid;
    child->process = pidfd;
    return pid > 0;
}

static void
add_fds(const DccSpawn *spawn, posix_spawn_file_actions_t *actions, int *up)
{
    for (int i = 0; i < FIRST_KEPT; i++) {
        if (up[i] < 0)
            posix_spawn_file_actions_addopen(actions, i, "/dev/null", O_RDWR, 0);
        else
            posix_spawn_file_actions_adddup2(actions, up[i], i);
    }
    for (guint i = 0; i < spawn->n_keep_fds; i++)
        posix_spawn_file_actions_adddup2(actions, up[FIRST_KEPT + i], (int)(FIRST_KEPT + i));
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
    posix_spawn_file_actions_addclosefrom_np(actions, (int)(FIRST_KEPT + spawn->n_keep_fds));
#endif
    if (spawn->cwd != NULL)
        posix_spawn_file_actions_addchdir_np(actions, spawn->cwd);
}

static int
call_posix_spawn(const DccSpawn *spawn, int *up, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
    sigset_t set;
    int error;

    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    add_fds(spawn, &actions, up);
    sigfillset(&set);
    posix_spawnattr_setsigdefault(&attributes, &set);
    sigemptyset(&set);
    posix_spawnattr_setsigmask(&attributes, &set);
    posix_spawnattr_setflags(&attributes, flags | (spawn->new_session ? POSIX_SPAWN_SETSID : 0));
    error = posix_spawn(pid,
                        spawn->argv[0],
                        &actions,
                        &attributes,
                        (char *const *)spawn->argv,
                        spawn->envp != NULL ? (char *const *)spawn->envp : environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* Where a sandbox forbids clone with our flags. Which stage failed is a guess here: the directory
 * is asked. */
static gboolean
start_by_posix_spawn(Start *start, DccChild *child)
{
    const DccSpawn *spawn = start->spawn;
    const int standard[] = {spawn->stdin_fd, spawn->stdout_fd, spawn->stderr_fd};
    pid_t pid = -1;

    for (guint i = 0; i < start->n_fds; i++) {
        int fd = i < FIRST_KEPT ? standard[i] : spawn->keep_fds[i - FIRST_KEPT];

        start->fds[i] = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, (int)start->n_fds);
    }
    start->errno_code = call_posix_spawn(spawn, start->fds, &pid);
    for (guint i = 0; i < start->n_fds; i++)
        if (start->fds[i] >= 0)
            close(start->fds[i]);
    if (start->errno_code != 0) {
        start->stage = spawn->cwd != NULL && access(spawn->cwd, X_OK) != 0 ? "chdir" : "exec";
        return FALSE;
    }
    start->stage = NULL;
    child->pid = pid;
    child->process = dcc_pidfd_open(pid);
    return TRUE;
}

static gboolean
is_forbidden(int errno_code)
{
    return errno_code == ENOSYS || errno_code == EPERM || errno_code == EINVAL;
}

static void
set_error(GError **error, const Start *start)
{
    const char *what = start->spawn->argv[0];
    g_autofree char *why = dcc_system_explain(start->errno_code);

    if (g_str_equal(start->stage, "chdir"))
        what = start->spawn->cwd;
    g_set_error(error, DCC_ERROR, DCC_ERROR_START, "%s of %s failed: %s", start->stage, what, why);
}

gboolean
dcc_spawn(const DccSpawn *spawn, DccChild *child, int *errno_code, GError **error)
{
    g_autofree int *fds = g_new0(int, FIRST_KEPT + spawn->n_keep_fds);
    Start start = {spawn, fds, FIRST_KEPT + spawn->n_keep_fds, real_time_in_use(), NULL, 0};
    DccChild born = {-1, -1};
    gboolean ok;

    g_return_val_if_fail(spawn->argv != NULL && spawn->argv[0] != NULL, FALSE);
    ok = start_by_clone(&start, &born);
    if (!ok && (start.stage == NULL || is_forbidden(start.errno_code)))
        ok = start_by_posix_spawn(&start, &born);
    if (ok && start.stage == NULL) {
        *child = born;
        return TRUE;
    }
    if (born.pid > 0)
        waitid((idtype_t)P_PID, (id_t)born.pid, &(siginfo_t){0}, WEXITED);
    dcc_process_ref_close(&born.process);
    if (errno_code != NULL)
        *errno_code = start.errno_code;
    set_error(error, &start);
    return FALSE;
}
