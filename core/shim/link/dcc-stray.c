/* Ending what a dead run left behind; see the header.
 *
 * Threading: any. */
#include "dcc-stray.h"

#include "dcc-orphan-tree.h"
#include "dcc-shim-members.h"

#include <signal.h>
#include <unistd.h>

#define PAUSE_US      5000
#define MAX_ANCESTORS 100

static gboolean
is_ancestor(gint64 pid)
{
    DccProc proc;
    gint64 at = getppid();

    for (guint i = 0; i < MAX_ANCESTORS && at > 1; i++) {
        if (at == pid)
            return TRUE;
        if (!dcc_proc_read(at, &proc))
            return FALSE;
        at = proc.ppid;
    }
    return FALSE;
}

/* (element-type DccProc) */
static GArray *
find_strays(const char *dir, const DccShimSlot *slot)
{
    GArray *members;

    if (slot->tree_empty || dcc_shim_id_is_alive(slot, &slot->main) ||
        dcc_shim_id_is_alive(slot, &slot->shim))
        return g_array_new(FALSE, FALSE, sizeof(DccProc));
    members = dcc_orphan_tree_list(slot, dir, FALSE);
    for (guint i = members->len; i > 0; i--)
        if (is_ancestor(g_array_index(members, DccProc, i - 1).pid))
            g_array_remove_index(members, i - 1);
    return members;
}

GArray *
dcc_stray_list(const char *dir)
{
    g_autoptr(GArray) strays = NULL;
    DccShimSlot slot;

    if (!dcc_shim_files_read(dir, &slot))
        return g_array_new(FALSE, TRUE, sizeof(DccShimMember));
    strays = find_strays(dir, &slot);
    return dcc_shim_members_describe(strays);
}

static void
signal_all(GArray *strays, DccShimSlot *slot, int sig)
{
    bool changed = false;

    for (guint i = 0; i < strays->len; i++) {
        const DccProc *proc = &g_array_index(strays, DccProc, i);

        dcc_shim_slot_signal(slot, proc, sig, &changed);
        if (sig == SIGTERM)
            dcc_proc_signal(proc, SIGCONT);
    }
}

static void
set_left_error(GArray *left, GError **error)
{
    g_autoptr(GString) names = g_string_new(NULL);

    for (guint i = 0; i < left->len; i++) {
        const DccProc *proc = &g_array_index(left, DccProc, i);
        g_autofree char *name = g_utf8_make_valid(proc->comm, -1);

        g_string_append_printf(
            names, "%s%s (%" G_GINT64_FORMAT ")", i > 0 ? ", " : "", name, proc->pid);
    }
    g_set_error(error, DCC_ERROR, DCC_ERROR_TIMEOUT, "cannot be ended: %s", names->str);
}

gboolean
dcc_stray_end(const char *dir, gint64 grace_ms, gint64 timeout_ms, GArray **ended, GError **error)
{
    gint64 grace_end = g_get_monotonic_time() + grace_ms * 1000;
    gint64 end = grace_end + timeout_ms * 1000;
    g_autoptr(GArray) left = NULL;
    DccShimSlot slot = {0};
    gboolean first = TRUE;

    dcc_shim_files_read(dir, &slot);
    dcc_shim_slot_forget_ended(&slot); /* the run's own list has been told, or will be */
    for (;;) {
        gint64 now = g_get_monotonic_time();

        g_clear_pointer(&left, g_array_unref);
        left = find_strays(dir, &slot);
        if (left->len == 0 || now >= end)
            break;
        if (first && grace_ms > 0)
            signal_all(left, &slot, SIGTERM);
        else if (now >= grace_end)
            signal_all(left, &slot, SIGKILL);
        first = FALSE;
        g_usleep(PAUSE_US);
    }
    if (ended != NULL)
        *ended = dcc_shim_facts_list_ended(&slot, NULL);
    if (left->len == 0)
        return TRUE;
    set_left_error(left, error);
    return FALSE;
}
