/* What a dead run has left: what is in its job, as long as somebody holds that; see the header.
 *
 * The name of a job ends with its last handle. Session and main process had one, and so has each that the session has
 * seen in it (dcc_job_lend_all()): where none of them lives nothing is proved to be of the run any more, and nothing is
 * ended. Threading: any. */
#include "dcc-stray.h"

#include "dcc-error.h"
#include "dcc-identity.h"
#include "dcc-job-tree.h"
#include "dcc-record-file.h"

#define PAUSE_US 5000

static GArray *
find_strays(const DccShimSlot *slot)
{
    DccIdentity main;

    dcc_identity_from_slot(&main, slot, &slot->main);
    if (slot->tree_empty || dcc_identity_is_alive(&main))
        return g_array_new(FALSE, TRUE, sizeof(DccShimMember));
    return dcc_job_tree_list(slot, slot->main.pid);
}

GArray *
dcc_stray_list(const char *dir)
{
    DccShimSlot slot = {0};

    dcc_record_file_read(dir, &slot);
    return find_strays(&slot);
}

static void
set_left_error(GArray *left, GError **error)
{
    g_autoptr(GString) names = g_string_new(NULL);

    for (guint i = 0; i < left->len; i++) {
        const DccShimMember *member = &g_array_index(left, DccShimMember, i);

        g_string_append_printf(
            names, "%s%s (%" G_GINT64_FORMAT ")", i > 0 ? ", " : "", member->name, member->pid);
    }
    g_set_error(error, DCC_ERROR, DCC_ERROR_TIMEOUT, "cannot be ended: %s", names->str);
}

/* TRUE: none is left. *left: the others. */
static gboolean
end_strays(DccShimSlot *slot, gint64 grace_end, gint64 end, GArray **left)
{
    gboolean asked = FALSE;

    for (;;) {
        gint64 now = g_get_monotonic_time();

        g_clear_pointer(left, g_array_unref);
        *left = find_strays(slot);
        if ((*left)->len == 0 || now >= end)
            return (*left)->len == 0;
        if (now >= grace_end) {
            dcc_job_tree_note(slot);
            dcc_job_tree_kill(slot);
        } else if (!asked) {
            dcc_job_tree_ask(slot);
            asked = TRUE;
        }
        g_usleep(PAUSE_US);
    }
}

gboolean
dcc_stray_end(const char *dir, gint64 grace_ms, gint64 timeout_ms, GArray **ended, GError **error)
{
    gint64 grace_end = g_get_monotonic_time() + grace_ms * 1000;
    g_autoptr(GArray) left = NULL;
    DccShimSlot slot = {0};
    gboolean over;

    dcc_record_file_read(dir, &slot);
    dcc_shim_slot_forget_ended(&slot); /* the run's own list has been told, or will be */
    over = end_strays(&slot, grace_end, grace_end + timeout_ms * 1000, &left);
    if (ended != NULL)
        *ended = dcc_shim_facts_list_ended(&slot, NULL);
    if (!over)
        set_left_error(left, error);
    return over;
}
