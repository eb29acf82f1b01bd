/* dcchost complete (hidden): the words that may follow, a line each, for a shell's completion.
 * Without a verb: the verbs. With one: what its arguments may be. */
#include "cli-verb.h"

#include "cli-exit.h"
#include "cli-out.h"
#include "dcc-adapter-record.h"
#include "dcc-adapter-registry.h"
#include "dcc-runtime.h"

static void
list_verbs(void)
{
    for (const CliVerb *verb = cli_verbs; verb->name != NULL; verb++)
        if (verb->summary != NULL)
            cli_out("%s\n", verb->name);
}

static void
list_apps(void)
{
    g_autoptr(DccAdapterRegistry) registry = dcc_adapter_registry_new();
    g_autoptr(GListModel) records = NULL;

    dcc_adapter_registry_load_all(registry);
    records = dcc_adapter_registry_list(registry);
    for (guint i = 0; i < g_list_model_get_n_items(records); i++) {
        g_autoptr(DccAdapterRecord) record = g_list_model_get_item(records, i);

        if (dcc_adapter_record_get_refusal(record) == NULL)
            cli_out("%s\n", dcc_adapter_record_get_id(record));
    }
}

static void
list_instances(gboolean all)
{
    g_autoptr(DccRuntime) runtime = dcc_runtime_open(NULL);
    g_auto(GStrv) names = runtime != NULL ? dcc_runtime_list_names(runtime, all) : NULL;

    for (char **p = names; p != NULL && *p != NULL; p++)
        cli_out("%s\n", *p);
}

int
cmd_complete(char **argv)
{
    const CliVerb *verb = argv[1] != NULL ? cli_verb_find(argv[1]) : NULL;

    if (argv[1] == NULL)
        list_verbs();
    else if (verb != NULL && verb->words == CLI_WORDS_APPS)
        list_apps();
    else if (verb != NULL && verb->words != CLI_WORDS_NONE)
        list_instances(verb->words == CLI_WORDS_ALL);
    return CLI_DONE;
}
