/* The instance a verb is about. */
#include "cli-instance.h"

#include "cli-exit.h"
#include "cli-session-process.h"
#include "cli-text.h"
#include "dcc-error.h"
#include "dcc-instance.h"
#include "dcc-json.h"
#include <string.h>

gboolean
cli_status_is_over(JsonObject *status)
{
    static const char *const ends[] = {"stopped", "crashed", "failed", NULL};

    return !dcc_json_get_boolean(status, "attended", FALSE) &&
           g_strv_contains(ends, dcc_json_get_string(status, "state", ""));
}

static void
add_live(const char *name, JsonObject *status, const GError *error, gpointer list)
{
    if (status != NULL && !cli_status_is_over(status))
        g_ptr_array_add(list, g_strdup(name));
}

/* (transfer full): those that live; when none does, those that have ended: `dcchost logs` after a
 * crash. */
static GPtrArray *
candidates(DccRuntime *runtime)
{
    g_auto(GStrv) names = dcc_runtime_list_names(runtime, TRUE);
    GPtrArray *live = g_ptr_array_new_with_free_func(g_free);

    dcc_instance_get_statuses(
        runtime, (const char *const *)names, CLI_INSTANCE_QUIET_MS, add_live, live);
    if (live->len > 0)
        return live;
    for (char **p = names; *p != NULL; p++)
        g_ptr_array_add(live, g_strdup(*p));
    return live;
}

static char *
only_name(DccRuntime *runtime, GError **error)
{
    g_autoptr(GPtrArray) found = candidates(runtime);
    g_autofree char *listed = NULL;

    if (found->len == 1)
        return g_strdup(found->pdata[0]);
    if (found->len == 0) {
        g_set_error_literal(error,
                            DCC_ERROR,
                            DCC_ERROR_NOT_FOUND,
                            "nothing is running; 'dcchost launch APP' starts something");
        return NULL;
    }
    g_ptr_array_add(found, NULL);
    listed = g_strjoinv(", ", (char **)found->pdata);
    cli_set_usage_error(error, "several instances are there, name one: %s", listed);
    return NULL;
}

gboolean
cli_instance_check_known(DccRuntime *runtime, const char *name, GError **error)
{
    g_auto(GStrv) names = NULL;
    g_autofree char *near = NULL;

    if (dcc_runtime_has_name(runtime, name))
        return TRUE;
    names = dcc_runtime_list_names(runtime, TRUE);
    near = cli_near_text(name, (const char *const *)names);
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_NOT_FOUND,
                "no instance called '%s'%s%s",
                name,
                near,
                *near == '\0' ? "; 'dcchost ps --all' shows them" : "");
    return FALSE;
}

gboolean
cli_instance_open(CliInstance *self, const char *name, GError **error)
{
    self->runtime = dcc_runtime_open(error);
    if (self->runtime == NULL)
        return FALSE;
    if (name == NULL)
        self->name = only_name(self->runtime, error);
    else if (cli_instance_check_known(self->runtime, name, error))
        self->name = g_strdup(name);
    return self->name != NULL;
}

DccClient *
cli_instance_connect(CliInstance *self, GError **error)
{
    g_autoptr(GError) local = NULL;
    DccClient *client = dcc_client_new(self->runtime, self->name, &local);

    if (client != NULL)
        return client;
    if (!dcc_error_is_gone(local)) {
        g_propagate_error(error, g_steal_pointer(&local));
        return NULL;
    }
    if (!cli_session_process_adopt(self->runtime, self->name, error))
        return NULL;
    return dcc_client_new(self->runtime, self->name, error);
}

JsonObject *
cli_instance_get_status(CliInstance *self, GError **error)
{
    return dcc_instance_get_status(self->runtime, self->name, error);
}

void
cli_instance_clear(CliInstance *self)
{
    g_clear_object(&self->runtime);
    g_clear_pointer(&self->name, g_free);
}

/* NULL where it is what the present run went on from: that is in the user's hands. */
static JsonObject *
get_file(JsonObject *status, const char *member)
{
    JsonObject *work = dcc_json_get_object(status, member);
    g_autofree char *path = work != NULL ? dcc_json_get_bytes(work, "path") : NULL;
    g_autofree char *opened = dcc_json_get_bytes(status, "recovered");
    gboolean lives = !cli_status_is_over(status);

    return path != NULL && lives && g_strcmp0(path, opened) == 0 ? NULL : work;
}

JsonObject *
cli_status_get_work(JsonObject *status)
{
    return get_file(status, "recovery");
}

JsonObject *
cli_status_get_kept(JsonObject *status)
{
    JsonObject *work = get_file(status, "recovery");

    return work != NULL ? work : get_file(status, "kept");
}
