/* A pipe that is polled, and a session that is killed; see the header. Threading: any. */
#include "dcc-command-turn.h"

#include "dcc-child.h"
#include "dcc-fds.h"
#include "dcc-proc.h"

#include <signal.h>
#include <unistd.h>

#define CHUNKS_PER_TURN 256

void
dcc_command_turn_collect(int fd, GString *output, gsize limit)
{
    char buffer[4096];
    gssize n;

    for (guint i = 0; i < CHUNKS_PER_TURN && (n = read(fd, buffer, sizeof buffer)) > 0; i++)
        if (output->len < limit)
            g_string_append_len(output, buffer, (gssize)MIN((gsize)n, limit - output->len));
}

gboolean
dcc_command_turn_to_end(const DccChild *child,
                        int fd,
                        GString *output,
                        gsize limit,
                        gint64 deadline,
                        GCancellable *cancellable)
{
    GPollFD fds[] = {{.fd = fd, .events = G_IO_IN}, {.fd = -1}};
    gboolean has_fd = g_cancellable_make_pollfd(cancellable, &fds[1]);
    gboolean ended = FALSE;

    dcc_fds_set_nonblocking(fd);
    do {
        gint64 left = (deadline - g_get_monotonic_time() + 999) / 1000;

        ended = dcc_child_poll(child, fds, G_N_ELEMENTS(fds), CLAMP(left, 0, G_MAXINT));
        dcc_command_turn_collect(fd, output, limit);
        if (fds[0].revents & (G_IO_HUP | G_IO_ERR))
            fds[0].fd = -1;
    } while (!ended && !g_cancellable_is_cancelled(cancellable) &&
             g_get_monotonic_time() < deadline);
    if (has_fd)
        g_cancellable_release_fd(cancellable);
    return ended;
}

static bool
is_of_session(const DccProc *proc, void *data)
{
    return proc->sid == *(const gint64 *)data;
}

/* The leader is not reaped yet, so its number is its session's and nobody else's. Itself first:
 * that needs no /proc. */
void
dcc_command_turn_kill(const DccChild *child)
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

/* What cannot be executed is told by dcc_spawn(). */
gboolean
dcc_command_turn_check_start(const char *program, int status, GError **error)
{
    return TRUE;
}
