/* dcchost ps: every instance of this user, attended or not. */
#include "cli-verb.h"

#include "cli-exit.h"
#include "cli-instance.h"
#include "cli-options.h"
#include "cli-out.h"
#include "cli-sentence.h"
#include "cli-status.h"
#include "cli-table.h"
#include "dcc-instance.h"
#include "dcc-json.h"

/* One that ended between the listing and the asking is no news; a damaged one is. */
static void
on_status(const char *name, JsonObject *status, const GError *error, gpointer list)
{
    if (status != NULL)
        json_array_add_object_element(list, json_object_ref(status));
    else if (!dcc_error_is_not_found(error))
        cli_warn("%s: %s", name, error->message);
}

static JsonArray *
collect(DccRuntime *runtime, gboolean all)
{
    g_auto(GStrv) names = dcc_runtime_list_names(runtime, all);
    JsonArray *list = json_array_new();

    dcc_instance_get_statuses(
        runtime, (const char *const *)names, CLI_INSTANCE_QUIET_MS, on_status, list);
    return list;
}

static void
add_row(CliTable *table, JsonObject *status)
{
    g_autofree char *name = dcc_json_get_bytes(status, "name");
    g_autofree char *app = dcc_json_get_bytes(status, "app");
    g_autofree char *version = dcc_json_get_bytes(status, "version");
    g_autofree char *state = cli_status_state(status);
    g_autofree char *pid = cli_status_pid(status, "pid");
    g_autofree char *uptime = cli_status_uptime(status);
    g_autofree char *health = cli_sentence_health(dcc_json_get_object(status, "health"));
    g_autofree char *restarts =
        g_strdup_printf("%" G_GINT64_FORMAT, dcc_json_get_int(status, "restart_count", 0));

    cli_table_add(table, name, app, version, state, pid, uptime, restarts, health);
}

static void
print_table(JsonArray *list)
{
    g_autoptr(CliTable) table = cli_table_new(
        "NAME", "APP", "VERSION", "STATE", "PID", "UPTIME", "RESTARTS", "HEALTH", NULL);

    if (json_array_get_length(list) == 0) {
        cli_out_text("nothing is running; 'dcchost launch APP' starts something\n");
        return;
    }
    for (guint i = 0; i < json_array_get_length(list); i++)
        add_row(table, json_array_get_object_element(list, i));
    cli_table_print(table);
}

int
cmd_ps(char **argv)
{
    gboolean all = FALSE, json = FALSE;
    const GOptionEntry entries[] = {
        {"all", 'a', 0, G_OPTION_ARG_NONE, &all, "Also those that have ended", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "A list of status objects", NULL},
        {NULL},
    };
    const CliUsage usage = {NULL, "Show what runs.", NULL, 0, 0};
    g_autoptr(DccRuntime) runtime = NULL;
    g_autoptr(JsonArray) list = NULL;
    g_autoptr(GError) error = NULL;
    int status;

    if (!cli_options_parse(&usage, entries, argv, &status))
        return status;
    runtime = dcc_runtime_open(&error);
    if (runtime == NULL)
        return cli_fail(error);
    list = collect(runtime, all);
    if (json)
        cli_out_array(list);
    else
        print_table(list);
    return CLI_DONE;
}
