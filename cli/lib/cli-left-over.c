/* Left-overs of earlier tasks; see the header.
 *
 * Nobody is asked: a lock that is free says that there is no session, the records name the processes,
 * and each is looked for by its number and its start. */
#include "cli-left-over.h"

#include "cli-exit.h"
#include "cli-session-process.h"
#include "cli-signals.h"
#include "dcc-fds.h"
#include "dcc-instance.h"
#include "dcc-json.h"

#define PATIENCE_S 20 /* its agent may have to come back, and its work to be saved */
#define LOOK_MS    50

static gboolean
is_over(DccRuntime *runtime, const char *name)
{
    g_autoptr(JsonObject) status = NULL;

    if (dcc_instance_is_attended(runtime, name))
        return FALSE;
    if (dcc_instance_has_lost_caller(runtime, name))
        return TRUE;
    status = dcc_instance_get_status(runtime, name, NULL);
    return status != NULL && !dcc_json_get_boolean(status, "attended", TRUE) &&
           dcc_json_get_int(status, "pid", 0) <= 0 && dcc_json_get_int(status, "shim_pid", 0) <= 0;
}

/* What cannot be settled now stays for `adopt`, and is no trouble of this task's. */
static void
on_adopted(const char *name, const GError *error, gpointer data)
{
    if (error != NULL)
        g_debug("%s is left as it is: %s", name, error->message);
}

void
cli_left_over_settle(DccRuntime *runtime)
{
    g_auto(GStrv) names = dcc_runtime_list_names(runtime, FALSE);
    g_autoptr(GPtrArray) left = g_ptr_array_new();

    for (char **name = names; *name != NULL; name++)
        if (is_over(runtime, *name))
            g_ptr_array_add(left, *name);
    g_ptr_array_add(left, NULL);
    cli_session_process_adopt_all(runtime, (const char *const *)left->pdata, on_adopted, NULL);
}

/* (transfer full): the newest of what was brought to safety; NULL: nothing. */
static char *
find_rescued(DccRuntime *runtime, const char *name)
{
    g_autoptr(JsonObject) status = dcc_instance_get_status(runtime, name, NULL);
    JsonArray *rescue = status != NULL ? dcc_json_get_array(status, "rescue") : NULL;
    guint n = rescue != NULL ? json_array_get_length(rescue) : 0;

    return n > 0 ? dcc_json_element_bytes(rescue, n - 1) : NULL;
}

/* FALSE: a signal came, or it takes too long. */
static gboolean
await_end(DccRuntime *runtime, const char *name)
{
    gint64 until = g_get_monotonic_time() + PATIENCE_S * (gint64)G_USEC_PER_SEC;
    GPollFD signals = {.fd = cli_signals_get_fd(), .events = G_IO_IN};

    while (dcc_instance_has_lost_caller(runtime, name)) {
        dcc_fds_wait(&signals, 1, LOOK_MS);
        if (signals.revents != 0 || g_get_monotonic_time() >= until)
            return FALSE;
    }
    return TRUE;
}

void
cli_left_over_end(DccRuntime *runtime, const char *name)
{
    g_autofree char *rescued = NULL;

    if (!dcc_instance_has_lost_caller(runtime, name))
        return;
    if (!dcc_instance_is_attended(runtime, name) && !cli_session_process_adopt(runtime, name, NULL))
        return;
    if (!await_end(runtime, name))
        return;
    rescued = find_rescued(runtime, name);
    cli_warn("%s: what it was tied to is gone, so it was ended%s%s",
             name,
             rescued != NULL ? "; rescued: " : "",
             rescued != NULL ? rescued : "");
}
