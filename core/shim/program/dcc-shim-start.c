/* Starting the application: a child that waits until the record names it, then execs.
 *
 * fork, not vfork: the shim is tiny, so a fork costs next to nothing, and an exec from a file
 * server that hangs must not hang the shim with it. */
#include "dcc-shim.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the child says when it fails; at most PIPE_BUF, so whole or not at all. */
typedef struct {
    char stage[16];
    int errno_code;
} Failure;

extern char **environ;

static void
fail(int pipe_fd, const char *stage)
{
    Failure failure = {.errno_code = errno};

    snprintf(failure.stage, sizeof failure.stage, "%s", stage);
    if (write(pipe_fd, &failure, sizeof failure) < 0) {
        /* Nobody is there to hear it: the shim is dead. */
    }
    _exit(127);
}

/* The kernel is to choose the application before its shim when memory runs out. */
static void
raise_oom_score(int add)
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

static void
reset_signals(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int sig = 1; sig < NSIG; sig++)
        sigaction(sig, &action, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool
plumb(int output)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    /* 0, 1 and 2 are open in the shim, so neither descriptor is one of them. */
    return null >= 0 && dup2(null, 0) == 0 && dup2(output, 1) == 1 && dup2(output, 2) == 2;
}

static _Noreturn void
run_child(const ShimOptions *options, int output, int go, int told)
{
    char byte;

    setsid();
    raise_oom_score(options->oom_score);
    if (!plumb(output))
        fail(told, "spawn");
    /* End of file instead of the byte: the shim died before the record was written. */
    if (read(go, &byte, 1) != 1)
        _exit(127);
    if (options->cwd != NULL && chdir(options->cwd) != 0)
        fail(told, "chdir");
    reset_signals();
    /* Every descriptor of the shim's own closes at exec. */
    execve(options->argv[0], options->argv, environ);
    fail(told, "exec");
    _exit(127);
}

static bool
open_output(Shim *shim, int *writer)
{
    struct stat st;

    /* Read and write: so the application needs no reader and gets no SIGPIPE when the shim dies. */
    *writer = openat(shim->dir_fd, DCC_SHIM_FILE_OUTPUT, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    shim->output_fd =
        openat(shim->dir_fd, DCC_SHIM_FILE_OUTPUT, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
    if (*writer < 0 || shim->output_fd < 0)
        return false;
    if (fstat(*writer, &st) != 0 || !S_ISFIFO(st.st_mode) || st.st_uid != geteuid()) {
        errno = EPERM;
        return false;
    }
    /* A burst is to find room while we wait for the disk. Smaller where the user's budget is used
     * up. */
    fcntl(*writer, F_SETPIPE_SZ, 1024 * 1024);
    return true;
}

static void
refuse(Shim *shim, const char *stage, int errno_code)
{
    shim->record.phase = DCC_PHASE_REFUSED;
    shim->record.errno_code = errno_code;
    shim->record.ended = dcc_shim_wall_clock();
    shim->record.tree_empty = 1;
    memset(shim->record.stage, 0, sizeof shim->record.stage);
    snprintf(shim->record.stage, sizeof shim->record.stage, "%s", stage);
    dcc_shim_write_record(shim, false);
    dcc_shim_tell(shim, NEWS_REFUSED);
    shim->over = true;
}

static void
record_child(Shim *shim, pid_t pid)
{
    DccProc proc = {0};

    shim->main_fd = dcc_pidfd_open(pid);
    dcc_proc_read(pid, &proc);
    shim->record.main.pid = pid;
    shim->record.main.start_ticks = proc.start_ticks;
    shim->record.main.pidfs_inode = dcc_pidfd_inode(shim->main_fd);
    shim->record.started = dcc_shim_wall_clock();
    shim->record.phase = DCC_PHASE_SPAWNED;
    dcc_shim_write_record(shim, false);
}

bool
dcc_shim_start(Shim *shim)
{
    int output = -1;
    int go[2];
    int told[2];
    pid_t pid;

    if (!open_output(shim, &output) || pipe2(go, O_CLOEXEC) != 0 || pipe2(told, O_CLOEXEC) != 0 ||
        (pid = fork()) < 0) {
        refuse(shim, "spawn", errno);
        return false;
    }
    if (pid == 0) {
        close(go[1]);
        run_child(&shim->options, output, go[0], told[1]);
    }
    close(output);
    close(go[0]);
    close(told[1]);
    shim->exec_fd = told[0];
    record_child(shim, pid);
    if (write(go[1], "g", 1) != 1) {
        /* The child is dead already; SIGCHLD says so. */
    }
    close(go[1]);
    /* The application has its directory; the shim is not to keep a file system busy. */
    if (chdir("/") != 0) {
        /* Then it does. */
    }
    return true;
}

void
dcc_shim_exec_told(Shim *shim)
{
    Failure failure;
    ssize_t n = read(shim->exec_fd, &failure, sizeof failure);

    close(shim->exec_fd);
    shim->exec_fd = -1;
    if (n == (ssize_t)sizeof failure) {
        failure.stage[sizeof failure.stage - 1] = 0;
        refuse(shim, failure.stage, failure.errno_code);
        return;
    }
    shim->record.phase = DCC_PHASE_STARTED;
    dcc_shim_write_record(shim, false);
    dcc_shim_tell(shim, NEWS_STARTED);
}
