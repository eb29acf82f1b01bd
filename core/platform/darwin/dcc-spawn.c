/* posix_spawn(), which has all that is asked for here: a session, default signals, and nothing inherited but what is
 * named; see the header. Compiled and linked for macOS, never run. Threading: any. */
#include "dcc-spawn.h"
#include "dcc-proc.h"
#include "dcc-system.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#define FIRST_KEPT 3

extern char **environ;

/* The kernel does not say which of the two it was: the directory is asked. */
static const char *
guess_stage(const DccSpawn *spawn)
{
    return spawn->cwd != NULL && access(spawn->cwd, X_OK) != 0 ? "chdir" : "exec";
}

static void
add_actions(const DccSpawn *spawn, posix_spawn_file_actions_t *actions, const int *up)
{
    for (int i = 0; i < FIRST_KEPT; i++) {
        if (up[i] < 0)
            posix_spawn_file_actions_addopen(actions, i, "/dev/null", O_RDWR, 0);
        else
            posix_spawn_file_actions_adddup2(actions, up[i], i);
    }
    for (guint i = 0; i < spawn->n_keep_fds; i++)
        posix_spawn_file_actions_adddup2(actions, up[FIRST_KEPT + i], (int)(FIRST_KEPT + i));
    if (spawn->cwd != NULL)
        posix_spawn_file_actions_addchdir_np(actions, spawn->cwd);
}

static void
set_attributes(const DccSpawn *spawn, posix_spawnattr_t *attributes)
{
    short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_CLOEXEC_DEFAULT;
    sigset_t set;

    sigfillset(&set);
    posix_spawnattr_setsigdefault(attributes, &set);
    sigemptyset(&set);
    posix_spawnattr_setsigmask(attributes, &set);
    if (spawn->new_session)
        flags |= POSIX_SPAWN_SETSID;
    posix_spawnattr_setflags(attributes, flags);
}

/* An errno; 0: it runs. */
static int
call_posix_spawn(const DccSpawn *spawn, const int *up, pid_t *pid)
{
    char *const *envp = spawn->envp != NULL ? (char *const *)spawn->envp : environ;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error;

    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    add_actions(spawn, &actions, up);
    set_attributes(spawn, &attributes);
    error =
        posix_spawn(pid, spawn->argv[0], &actions, &attributes, (char *const *)spawn->argv, envp);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* Every source goes up out of the way first, so that no target overwrites one that is still needed. */
static void
lift(const DccSpawn *spawn, int *up, guint n)
{
    const int standard[] = {spawn->stdin_fd, spawn->stdout_fd, spawn->stderr_fd};

    for (guint i = 0; i < n; i++) {
        int fd = i < FIRST_KEPT ? standard[i] : spawn->keep_fds[i - FIRST_KEPT];

        up[i] = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, (int)n);
    }
}

static void
set_error(GError **error, const DccSpawn *spawn, const char *stage, int errno_code)
{
    g_autofree char *why = dcc_system_explain(errno_code);
    const char *what = g_str_equal(stage, "chdir") ? spawn->cwd : spawn->argv[0];

    g_set_error(error, DCC_ERROR, DCC_ERROR_START, "%s of %s failed: %s", stage, what, why);
}

gboolean
dcc_spawn(const DccSpawn *spawn, DccChild *child, int *errno_code, GError **error)
{
    guint n = FIRST_KEPT + spawn->n_keep_fds;
    g_autofree int *up = g_new(int, n);
    pid_t pid = -1;
    int failure;

    g_return_val_if_fail(spawn->argv != NULL && spawn->argv[0] != NULL, FALSE);
    lift(spawn, up, n);
    failure = call_posix_spawn(spawn, up, &pid);
    for (guint i = 0; i < n; i++)
        if (up[i] >= 0)
            close(up[i]);
    if (failure == 0) {
        child->pid = pid;
        child->process = dcc_pidfd_open(pid);
        return TRUE;
    }
    if (errno_code != NULL)
        *errno_code = failure;
    set_error(error, spawn, guess_stage(spawn), failure);
    return FALSE;
}
