/* Left-overs of earlier tasks; see the header.
 *
 * Nobody is asked: a lock that is free says that there is no session, the records name the processes,
 * and each is looked for by its number and its start. */
#include "cli-left-over.h"

#include "cli-session-process.h"
#include "dcc-instance.h"
#include "dcc-json.h"

static gboolean
is_dead(DccRuntime *runtime, const char *name)
{
    g_autoptr(JsonObject) status = NULL;

    if (dcc_instance_is_attended(runtime, name))
        return FALSE;
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
    g_autoptr(GPtrArray) dead = g_ptr_array_new();

    for (char **name = names; *name != NULL; name++)
        if (is_dead(runtime, *name))
            g_ptr_array_add(dead, *name);
    g_ptr_array_add(dead, NULL);
    cli_session_process_adopt_all(runtime, (const char *const *)dead->pdata, on_adopted, NULL);
}
