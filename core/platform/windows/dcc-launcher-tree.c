/* Everything that one launch has started: its job. Threading: any. */
#include "dcc-launcher-tree.h"

#include "dcc-handle.h"
#include "dcc-job.h"
#include "dcc-nt-status.h"
#include "dcc-signals.h"
#include "dcc-tree.h"

#define LOOK_EVERY_US 2000
#define KILLED        ((guint32)DCC_NT_STATUS_OURS(DCC_SIGNAL_KILL))

/* The handle of one that has ended still says when it began. */
static guint64
find_start(const DccLaunched *self)
{
    if (self->leader == DCC_PROCESS_REF_NONE)
        return 0;
    return dcc_job_read_start(dcc_handle_from_number(self->leader));
}

static void
set_timeout(gint64 pid, guint64 start, gint64 timeout_ms, GError **error)
{
    g_autoptr(GArray) left = dcc_job_list(pid, start);
    g_auto(GStrv) lines = dcc_tree_describe((const gint64 *)(gpointer)left->data, left->len);
    g_autofree char *text = g_strjoinv("; ", lines);

    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_TIMEOUT,
                "%u processes still live %" G_GINT64_FORMAT " ms after they were killed: %s",
                left->len,
                timeout_ms,
                text);
}

gboolean
dcc_launcher_tree_kill(DccLaunched *self, gint64 timeout_ms, GError **error)
{
    gint64 end = g_get_monotonic_time() + timeout_ms * 1000;
    gint64 pid = dcc_reaped_get_pid(self->process);
    guint64 start = find_start(self);

    while (dcc_job_terminate(pid, start, KILLED) && dcc_job_count(pid, start) > 0) {
        if (g_get_monotonic_time() >= end) {
            set_timeout(pid, start, timeout_ms, error);
            return FALSE;
        }
        g_usleep(LOOK_EVERY_US);
    }
    return TRUE;
}
