/* dcchost adapters: the modules that were loaded, and those that were refused, with the reason. */
#include "cli-verb.h"

#include "cli-exit.h"
#include "cli-options.h"
#include "cli-out.h"
#include "cli-table.h"
#include "dcc-adapter-record.h"
#include "dcc-adapter-registry.h"
#include "dcc-json.h"

static JsonObject *
describe(DccAdapterRecord *record)
{
    JsonObject *object = json_object_new();
    DccAdapter *adapter = dcc_adapter_record_get_adapter(record);

    dcc_json_set_bytes(object, "id", dcc_adapter_record_get_id(record));
    dcc_json_set_bytes(object, "title", adapter != NULL ? dcc_adapter_get_title(adapter) : NULL);
    dcc_json_set_bytes(object, "version", dcc_adapter_record_get_version(record));
    dcc_json_set_bytes(object, "path", dcc_adapter_record_get_path(record));
    json_object_set_boolean_member(object, "loaded", adapter != NULL);
    dcc_json_set_bytes(object, "reason", dcc_adapter_record_get_refusal(record));
    return object;
}

static void
print_json(GListModel *records)
{
    g_autoptr(JsonArray) list = json_array_new();

    for (guint i = 0; i < g_list_model_get_n_items(records); i++) {
        g_autoptr(DccAdapterRecord) record = g_list_model_get_item(records, i);

        json_array_add_object_element(list, describe(record));
    }
    cli_out_array(list);
}

static void
print_table(GListModel *records)
{
    g_autoptr(CliTable) table = cli_table_new("ID", "VERSION", "STATE", "FILE", "REASON", NULL);

    for (guint i = 0; i < g_list_model_get_n_items(records); i++) {
        g_autoptr(DccAdapterRecord) record = g_list_model_get_item(records, i);
        const char *refusal = dcc_adapter_record_get_refusal(record);

        cli_table_add(table,
                      dcc_adapter_record_get_id(record),
                      dcc_adapter_record_get_version(record),
                      refusal != NULL ? "refused" : "loaded",
                      dcc_adapter_record_get_path(record),
                      refusal);
    }
    cli_table_print(table);
}

static void
print_none(DccAdapterRegistry *registry)
{
    g_auto(GStrv) places = dcc_adapter_registry_get_search_path(registry);

    cli_out_text("no adapters; these directories were searched for dcchost-<id>.so:\n");
    for (char **p = places; *p != NULL; p++) {
        g_autofree char *instance_dir = cli_out_safe(*p);

        cli_out("  %s\n", instance_dir);
    }
}

int
cmd_adapters(char **argv)
{
    gboolean json = FALSE;
    const GOptionEntry entries[] = {
        {"json",
         0,
         0,
         G_OPTION_ARG_NONE,
         &json,
         "A list: id title version path loaded reason",
         NULL},
        {NULL},
    };
    const CliUsage usage = {
        NULL,
        "Show the adapter modules that were loaded, and those refused, with the reason.",
        "Searched are $DCCHOST_ADAPTER_PATH, $XDG_DATA_HOME/dcchost/adapters and the installed\n"
        "ones, in that order. Dropping a file in is all there is to adding an application.",
        0,
        0};
    g_autoptr(DccAdapterRegistry) registry = NULL;
    g_autoptr(GListModel) records = NULL;
    int status;

    if (!cli_options_parse(&usage, entries, argv, &status))
        return status;
    registry = dcc_adapter_registry_new();
    dcc_adapter_registry_load_all(registry);
    records = dcc_adapter_registry_list(registry);
    if (json)
        print_json(records);
    else if (g_list_model_get_n_items(records) == 0)
        print_none(registry);
    else
        print_table(records);
    return CLI_DONE;
}
