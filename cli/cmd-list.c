/* dcchost list: what is installed. */
#include "cli-verb.h"

#include "cli-exit.h"
#include "cli-options.h"
#include "cli-out.h"
#include "cli-table.h"
#include "dcc-adapter-record.h"
#include "dcc-adapter-registry.h"
#include "dcc-catalogue.h"
#include "dcc-json.h"

static JsonObject *
describe(DccAdapter *adapter, DccInstallation *installation)
{
    JsonObject *object = json_object_new();

    dcc_json_set_bytes(object, "app", dcc_adapter_get_id(adapter));
    dcc_json_set_bytes(object, "version", dcc_installation_get_version(installation));
    dcc_json_set_bytes(object, "executable", dcc_installation_get_executable(installation));
    dcc_json_set_bytes(object, "origin", dcc_installation_get_origin(installation));
    dcc_json_set_bytes(object, "reservation", dcc_installation_get_reservation(installation));
    return object;
}

static gboolean
collect(DccAdapter *adapter, DccSearch *search, JsonArray *list, GError **error)
{
    g_autoptr(GListModel) found = dcc_catalogue_find(adapter, search, error);

    if (found == NULL)
        return FALSE;
    for (guint i = 0; i < g_list_model_get_n_items(found); i++) {
        g_autoptr(DccInstallation) installation = g_list_model_get_item(found, i);

        json_array_add_object_element(list, describe(adapter, installation));
    }
    return TRUE;
}

/* One adapter that fails does not hide what the others found. */
static void
collect_all(JsonArray *list)
{
    g_autoptr(DccAdapterRegistry) registry = dcc_adapter_registry_new();
    g_autoptr(GListModel) records = NULL;

    dcc_adapter_registry_load_all(registry);
    records = dcc_adapter_registry_list(registry);
    for (guint i = 0; i < g_list_model_get_n_items(records); i++) {
        g_autoptr(DccAdapterRecord) record = g_list_model_get_item(records, i);
        g_autoptr(DccSearch) search = dcc_search_new("/", NULL);
        DccAdapter *adapter = dcc_adapter_record_get_adapter(record);
        g_autoptr(GError) error = NULL;

        if (adapter != NULL && !collect(adapter, search, list, &error))
            cli_warn("%s", error->message);
    }
}

/* Asked about one application, "none" is a failure, and the error lists every place looked at. */
static gboolean
collect_one(const char *app, JsonArray *list, GError **error)
{
    g_autoptr(DccAdapterRegistry) registry = dcc_adapter_registry_new();
    g_autoptr(DccSearch) search = dcc_search_new("/", NULL);
    g_autoptr(DccInstallation) chosen = NULL;
    DccAdapter *adapter;

    dcc_adapter_registry_load_for(registry, app);
    adapter = dcc_adapter_registry_lookup(registry, app, error);
    if (adapter == NULL || !collect(adapter, search, list, error))
        return FALSE;
    if (json_array_get_length(list) > 0)
        return TRUE;
    chosen = dcc_catalogue_choose(adapter, search, NULL, error);
    return chosen != NULL;
}

static void
add_row(CliTable *table, JsonObject *entry)
{
    g_autofree char *app = dcc_json_get_bytes(entry, "app");
    g_autofree char *version = dcc_json_get_bytes(entry, "version");
    g_autofree char *executable = dcc_json_get_bytes(entry, "executable");
    g_autofree char *origin = dcc_json_get_bytes(entry, "origin");
    g_autofree char *reservation = dcc_json_get_bytes(entry, "reservation");

    cli_table_add(table, app, version, executable, origin, reservation);
}

static void
print_table(JsonArray *list)
{
    g_autoptr(CliTable) table =
        cli_table_new("APP", "VERSION", "EXECUTABLE", "ORIGIN", "NOTE", NULL);

    if (json_array_get_length(list) == 0) {
        cli_out_text("nothing is installed that an adapter knows; 'dcchost doctor' looks closer\n");
        return;
    }
    for (guint i = 0; i < json_array_get_length(list); i++)
        add_row(table, json_array_get_object_element(list, i));
    cli_table_print(table);
}

int
cmd_list(char **argv)
{
    gboolean json = FALSE;
    const GOptionEntry entries[] = {
        {"json",
         0,
         0,
         G_OPTION_ARG_NONE,
         &json,
         "A list: app version executable origin reservation",
         NULL},
        {NULL},
    };
    const CliUsage usage = {"[APP]",
                            "Show what is installed, newest first.",
                            "An entry with a note is started only when its version is asked for.",
                            0,
                            1};
    g_autoptr(JsonArray) list = json_array_new();
    g_autoptr(GError) error = NULL;
    int status;

    if (!cli_options_parse(&usage, entries, argv, &status))
        return status;
    if (argv[1] == NULL)
        collect_all(list);
    else if (!collect_one(argv[1], list, &error))
        return cli_fail(error);
    if (json)
        cli_out_array(list);
    else
        print_table(list);
    return CLI_DONE;
}
