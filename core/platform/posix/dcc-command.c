/* dcc_command_run(): a short command, its output and its end, within a time limit.
 *
 * Blocking; for workers and start-up questions ("--version"). The end is the process's own, not
 * that of its pipe: a helper it left behind may hold that for hours. */
#include "dcc-child.h"
#include "dcc-fds.h"
#include "dcc-proc.h"

#include <signal.h>
#include <unistd.h>

#define CHUNKS_PER_TURN 256

static bool
is_of_session(const DccProc *proc, void *data)
{
    return proc->sid == *(const gint64 *)data;
}

/* The leader is not reaped yet, so its number is its session's and nobody else's. Itself first:
 * that needs no /proc. */
static void
kill_session(const DccChild *child)
{
    gint64 sid = child->pid;
    g_autofree DccProc *list = g_new(DccProc, 256);

    dcc_child_kill(child);
    for (int pass = 0; pass < 20; pass++) {
        gsize n = dcc_proc_scan(list, 256, is_of_session, &sid);
        gboolean any = FALSE;

        for (gsize i = 0; i < n; i++)
            if (list[i].state != 'Z' && dcc_proc_signal(&list[i], SIGKILL) == 0)
                any = TRUE;
        if (!any)
            return;
    }
}

/* As much as a pipe may hold, and no more: whoever writes faster than we read is not waited for. */
static void
collect(int fd, GString *output, gsize limit)
{
    char buffer[4096];
    gssize n;

    for (guint i = 0; i < CHUNKS_PER_TURN && (n = read(fd, buffer, sizeof buffer)) > 0; i++)
        if (output->len < limit)
            g_string_append_len(output, buffer, (gssize)MIN((gsize)n, limit - output->len));
}

/* FALSE: time is up, or it was cancelled. */
static gboolean
run_to_end(const DccChild *child,
           int fd,
           GString *output,
           gsize limit,
           gint64 deadline,
           GCancellable *cancellable)
{
    GPollFD fds[] = {{.fd = fd, .events = G_IO_IN}, {.fd = -1}};
    gboolean has_fd = g_cancellable_make_pollfd(cancellable, &fds[1]);
    gboolean ended = FALSE;

    do {
        gint64 left = (deadline - g_get_monotonic_time() + 999) / 1000;

        ended = dcc_child_poll(child, fds, G_N_ELEMENTS(fds), CLAMP(left, 0, G_MAXINT));
        collect(fd, output, limit);
        if (fds[0].revents & (G_IO_HUP | G_IO_ERR))
            fds[0].fd = -1;
    } while (!ended && !g_cancellable_is_cancelled(cancellable) &&
             g_get_monotonic_time() < deadline);
    if (has_fd)
        g_cancellable_release_fd(cancellable);
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
    dcc_fds_set_nonblocking(fds[0]);
    spawn.stdout_fd = spawn.stderr_fd = fds[1];
    ok = dcc_spawn(&spawn, child, NULL, error);
    close(fds[1]);
    if (ok)
        *reader = fds[0];
    else
        close(fds[0]);
    return ok;
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
    in_time = run_to_end(&child, reader, output, limit, deadline, cancellable);
    if (!in_time)
        kill_session(&child);
    status = dcc_child_reap(&child);
    collect(reader, output, limit);
    close(reader);
    if (in_time) {
        if (wait_status != NULL)
            *wait_status = status;
        return g_string_free(g_steal_pointer(&output), FALSE);
    }
    if (g_cancellable_set_error_if_cancelled(cancellable, error))
        return NULL;
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_TIMEOUT,
                "%s did not end within %" G_GINT64_FORMAT " ms and was killed",
                argv[0],
                timeout_ms);
    return NULL;
}
