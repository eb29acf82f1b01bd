/* Starting the application: a child that waits until the record names it, then execs.
 *
 * fork, not vfork: the shim is tiny, so a fork costs next to nothing, and an exec from a file
 * server that hangs must not hang the shim with it. */
#include "dcc-shim-start.h"

#include "dcc-shim-system.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

extern char **environ;

static void
fail(int pipe_fd, const char *stage)
{
    ShimFailure failure = {.errno_code = errno};

    /* At most PIPE_BUF, so whole or not at all. */
    snprintf(failure.stage, sizeof failure.stage, "%s", stage);
    if (write(pipe_fd, &failure, sizeof failure) < 0) {
        /* The shim is dead. */
    }
    _exit(DCC_SHIM_NOT_BEGUN);
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
    dcc_shim_system_raise_oom_score(options->oom_score);
    if (options->orphan_signal != 0)
        dcc_shim_system_end_with_shim(options->orphan_signal);
    if (!plumb(output))
        fail(told, "spawn");
    /* End of file instead of the byte: the shim died before the record was written. */
    if (read(go, &byte, 1) != 1)
        _exit(DCC_SHIM_NOT_BEGUN);
    if (options->cwd != NULL && chdir(options->cwd) != 0)
        fail(told, "chdir");
    dcc_shim_system_reset_signals();
    /* Every descriptor of the shim's own closes at exec. */
    execve(options->argv[0], options->argv, environ);
    fail(told, "exec");
    _exit(DCC_SHIM_NOT_BEGUN);
}

static void
close_both(const int fds[2])
{
    close(fds[0]);
    close(fds[1]);
}

bool
dcc_shim_child_fork(ShimChild *self, const ShimOptions *options, int output)
{
    int go[2];
    int told[2];

    if (!dcc_shim_system_pipe(go))
        return false;
    if (!dcc_shim_system_pipe(told)) {
        close_both(go);
        return false;
    }
    self->pid = fork();
    if (self->pid < 0) {
        close_both(go);
        close_both(told);
        return false;
    }
    if (self->pid == 0) {
        close(go[1]);
        run_child(options, output, go[0], told[1]);
    }
    close(go[0]);
    close(told[1]);
    self->go_fd = go[1];
    self->told_fd = told[0];
    return true;
}

void
dcc_shim_child_release(ShimChild *self)
{
    if (write(self->go_fd, "g", 1) != 1) {
        /* It is dead already; SIGCHLD says so. */
    }
    close(self->go_fd);
    self->go_fd = -1;
}

bool
dcc_shim_child_has_failed(ShimChild *self, ShimFailure *failure)
{
    ssize_t n = read(self->told_fd, failure, sizeof *failure);

    close(self->told_fd);
    self->told_fd = -1;
    failure->stage[sizeof failure->stage - 1] = 0;
    return n == (ssize_t)sizeof *failure;
}
