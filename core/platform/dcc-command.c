/* dcc_command_run(): a short command, its output and its end, within a time limit.
 *
 * Blocking; for workers and start-up questions ("--version"). The end is the process's own, not
 * that of its pipe: a helper it left behind may hold that for hours. Threading: any. */
#include "dcc-child.h"
#include "dcc-command-turn.h"
#include "dcc-fds.h"

static gboolean
start_command(
    const char *const *argv, const char *const *envp, DccChild *child, int *reader, GError **error)
{
    DccSpawn spawn = {.argv = argv, .envp = envp, .stdin_fd = -1, .new_session = TRUE};
    int fds[2];
    gboolean ok;

    if (!dcc_fds_open_pipe(fds, error))
        return FALSE;
    spawn.stdout_fd = spawn.stderr_fd = fds[1];
    ok = dcc_spawn(&spawn, child, NULL, error);
    dcc_fds_close(&fds[1]);
    if (ok)
        *reader = fds[0];
    else
        dcc_fds_close(&fds[0]);
    return ok;
}

static void
set_not_in_time(const char *program, gint64 timeout_ms, GCancellable *cancellable, GError **error)
{
    if (!g_cancellable_set_error_if_cancelled(cancellable, error))
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_TIMEOUT,
                    "%s did not end within %" G_GINT64_FORMAT " ms and was killed",
                    program,
                    timeout_ms);
}

char *
dcc_command_run(const char *const *argv,
                const char *const *envp,
                gint64 timeout_ms,
                gsize limit,
                int *wait_status,
                GError **error)
{
    return dcc_command_run_cancellable(argv, envp, timeout_ms, limit, NULL, wait_status, error);
}

char *
dcc_command_run_cancellable(const char *const *argv,
                            const char *const *envp,
                            gint64 timeout_ms,
                            gsize limit,
                            GCancellable *cancellable,
                            int *wait_status,
                            GError **error)
{
    g_autoptr(GString) output = g_string_new(NULL);
    gint64 deadline = g_get_monotonic_time() + timeout_ms * 1000;
    DccChild child;
    gboolean in_time;
    int reader, status;

    if (g_cancellable_set_error_if_cancelled(cancellable, error) ||
        !start_command(argv, envp, &child, &reader, error))
        return NULL;
    in_time = dcc_command_turn_to_end(&child, reader, output, limit, deadline, cancellable);
    if (!in_time)
        dcc_command_turn_kill(&child);
    status = dcc_child_reap(&child);
    dcc_command_turn_collect(reader, output, limit);
    dcc_fds_close(&reader);
    if (!in_time) {
        set_not_in_time(argv[0], timeout_ms, cancellable, error);
        return NULL;
    }
    if (!dcc_command_turn_check_start(argv[0], status, error))
        return NULL;
    if (wait_status != NULL)
        *wait_status = status;
    return g_string_free(g_steal_pointer(&output), FALSE);
}
