/* A pipe that is looked at; see the header. A read of it cannot be ended here, so it is looked at every few milliseconds,
 * and nothing is read but what is there. Threading: any. */
#include "dcc-command-turn.h"

#include "dcc-child.h"
#include "dcc-handle.h"
#include "dcc-nt-status.h"

#include <windows.h>

#define LOOK_EVERY_MS   10
#define CHUNKS_PER_TURN 256

void
dcc_command_turn_collect(int fd, GString *output, gsize limit)
{
    HANDLE pipe = dcc_handle_of_fd(fd);
    char buffer[4096];
    DWORD there = 0, n = 0;

    for (guint i = 0; i < CHUNKS_PER_TURN && PeekNamedPipe(pipe, NULL, 0, NULL, &there, NULL) &&
                      there > 0 && ReadFile(pipe, buffer, sizeof buffer, &n, NULL) && n > 0;
         i++)
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
    gboolean ended = FALSE;

    do {
        gint64 left = (deadline - g_get_monotonic_time() + 999) / 1000;

        ended = dcc_child_poll(child, NULL, 0, CLAMP(left, 0, LOOK_EVERY_MS));
        dcc_command_turn_collect(fd, output, limit);
    } while (!ended && !g_cancellable_is_cancelled(cancellable) &&
             g_get_monotonic_time() < deadline);
    return ended;
}

void
dcc_command_turn_kill(const DccChild *child)
{
    dcc_process_ref_kill_group(child->process);
    dcc_child_kill(child);
}

gboolean
dcc_command_turn_check_start(const char *program, int status, GError **error)
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
