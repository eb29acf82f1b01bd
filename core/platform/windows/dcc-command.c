/* dcc_command_run(): a short command, its output and its end, within a time limit.
 *
 * Blocking. A read of a pipe cannot be ended here, so it is looked at every few milliseconds, and nothing is read but
 * what is there. The end is the process's own: a helper it left behind may hold its pipe for hours. Threading: any. */
#include "dcc-child.h"
#include "dcc-fds.h"
#include "dcc-handle.h"
#include "dcc-nt-status.h"

#include <windows.h>

#define LOOK_EVERY_MS   10
#define CHUNKS_PER_TURN 256

/* As much as a pipe may hold, and no more: whoever writes faster than we read is not waited for. */
static void
collect(HANDLE pipe, GString *output, gsize limit)
{
    char buffer[4096];
    DWORD there = 0, n = 0;

    for (guint i = 0; i < CHUNKS_PER_TURN && PeekNamedPipe(pipe, NULL, 0, NULL, &there, NULL) &&
                      there > 0 && ReadFile(pipe, buffer, sizeof buffer, &n, NULL) && n > 0;
         i++)
        if (output->len < limit)
            g_string_append_len(output, buffer, (gssize)MIN((gsize)n, limit - output->len));
}

/* FALSE: time is up, or it is not wanted any more. */
static gboolean
run_to_end(const DccChild *child,
           HANDLE pipe,
           GString *output,
           gsize limit,
           gint64 deadline,
           GCancellable *cancellable)
{
    gboolean ended = FALSE;

    do {
        gint64 left = (deadline - g_get_monotonic_time() + 999) / 1000;

        ended = dcc_child_poll(child, NULL, 0, CLAMP(left, 0, LOOK_EVERY_MS));
        collect(pipe, output, limit);
    } while (!ended && !g_cancellable_is_cancelled(cancellable) &&
             g_get_monotonic_time() < deadline);
    return ended;
}

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

/* FALSE: it never began. */
static gboolean
check_start(const char *program, int status, GError **error)
{
    if (!dcc_nt_status_is_start_failure((guint32)status))
        return TRUE;
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_START,
                "%s %s (0x%08X)",
                program,
                dcc_nt_status_decode((guint32)status).text,
                (guint32)status);
    return FALSE;
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
    in_time = run_to_end(&child, dcc_handle_of_fd(reader), output, limit, deadline, cancellable);
    if (!in_time) {
        dcc_process_ref_kill_group(child.process);
        dcc_child_kill(&child);
    }
    status = dcc_child_reap(&child);
    collect(dcc_handle_of_fd(reader), output, limit);
    dcc_fds_close(&reader);
    if (!in_time) {
        set_not_in_time(argv[0], timeout_ms, cancellable, error);
        return NULL;
    }
    if (!check_start(argv[0], status, error))
        return NULL;
    if (wait_status != NULL)
        *wait_status = status;
    return g_string_free(g_steal_pointer(&output), FALSE);
}
