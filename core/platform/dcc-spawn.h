/* Starting a child without forking this process's memory: clone with
 * CLONE_VM|CLONE_VFORK|CLONE_PIDFD, posix_spawn where that is not allowed. A failing exec is known
 * at once, with stage and errno. */
#pragma once

#include "dcc-error.h"

G_BEGIN_DECLS

typedef struct {
    const char *const *argv; /* argv[0] is an absolute path */
    const char *const *envp; /* NULL: this process's own */
    const char *cwd;         /* NULL: this process's own */
    int stdin_fd;            /* -1: /dev/null */
    int stdout_fd;           /* -1: /dev/null */
    int stderr_fd;           /* -1: /dev/null */
    const int *keep_fds;     /* further descriptors; the ith becomes 3 + i in the child */
    guint n_keep_fds;
    gboolean new_session; /* setsid() */
} DccSpawn;

typedef struct {
    GPid pid;
    int pidfd; /* the caller closes it */
} DccChild;

/* The child has default signal dispositions (of real-time signals: of those that this program had a
 * use for when it started its first child), an empty mask, and no descriptor but those named. The
 * caller reaps it. Error START with the stage ("chdir", "exec", "spawn") in the message;
 * *errno_code says which. */
DCC_API gboolean
dcc_spawn(const DccSpawn *spawn, DccChild *child, int *errno_code, GError **error);

/* Runs argv to its end, for at most timeout_ms, then kills its whole session. (transfer full): up
 * to limit bytes of stdout and stderr together. *wait_status as of waitid's raw status. */
char *
dcc_command_run(const char *const *argv,
                const char *const *envp,
                gint64 timeout_ms,
                gsize limit,
                int *wait_status,
                GError **error);

G_END_DECLS
