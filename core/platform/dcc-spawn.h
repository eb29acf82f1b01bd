/* Starting a child without a copy of this process's memory. A program that cannot be executed is
 * known at once, with stage and errno. */
#pragma once

#include "dcc-error.h"
#include "dcc-process-ref.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
    const char *const *argv; /* argv[0] is an absolute path */
    const char *const *envp; /* NULL: this process's own */
    const char *cwd;         /* NULL: this process's own */
    int stdin_fd;            /* -1, or one that is closed: nothing is read from it */
    int stdout_fd;           /* -1, or one that is closed: what is written is lost */
    int stderr_fd;           /* the same */
    const int *keep_fds;     /* further descriptors; the ith becomes 3 + i in the child */
    guint n_keep_fds;
    gboolean new_session; /* and process group, whose leader it is */
    /* With new_session: it outlives the terminal also where a session of its own is not enough for that. */
    gboolean leaves_terminal;
} DccSpawn;

typedef struct {
    gint64 pid;
    DccProcessRef process; /* the caller closes it; NONE where the system has no handle to give */
} DccChild;

/* The child has default signal dispositions (of real-time signals: of those that this program had a
 * use for when it started its first child), an empty mask, and no descriptor but those named. The
 * caller reaps it. Error START with the stage ("chdir", "exec", "spawn") in the message;
 * *errno_code says which. */
gboolean
dcc_spawn(const DccSpawn *spawn, DccChild *child, int *errno_code, GError **error);

/* Runs argv to its end, for at most timeout_ms, then kills its whole session. (transfer full): up
 * to limit bytes of stdout and stderr together. *wait_status: raw, for dcc_exit_status_decode(). */
char *
dcc_command_run(const char *const *argv,
                const char *const *envp,
                gint64 timeout_ms,
                gsize limit,
                int *wait_status,
                GError **error);
/* The same, and killed before its time is up where cancellable is cancelled: error G_IO_ERROR_CANCELLED. */
char *
dcc_command_run_cancellable(const char *const *argv,
                            const char *const *envp,
                            gint64 timeout_ms,
                            gsize limit,
                            GCancellable *cancellable,
                            int *wait_status,
                            GError **error);

G_END_DECLS
