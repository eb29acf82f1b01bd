/* What dcchost needs to launch something: adapters, and installations they find. */
#include "cli-doctor.h"

#include "dcc-adapter-record.h"
#include "dcc-adapter-registry.h"
#include "dcc-catalogue.h"

/* The first line: every place looked at is for `list APP` to tell. */
static char *
first_line(const char *text)
{
    const char *end = g_strstr_len(text, -1, "\n");

    return end != NULL ? g_strndup(text, (gsize)(end - text)) : g_strdup(text);
}

/* before: the one listed just before, which is the one that is started where the versions are
 * equal. */
static void
tell_installation(GPtrArray *findings,
                  DccAdapter *adapter,
                  DccInstallation *installation,
                  DccInstallation *before)
{
    const char *id = dcc_adapter_get_id(adapter);
    g_autofree char *variable = dcc_catalogue_get_variable(adapter);
    g_autofree char *advice = g_strdup_printf("set %s to the one that is to be started", variable);
    const char *version = dcc_installation_get_version(installation);
    const char *path = dcc_installation_get_executable(installation);

    if (version == NULL)
        cli_doctor_add(findings,
                       CLI_FINDING_WARN,
                       id,
                       "it does not tell its version; does it run?",
                       "version not known, %s",
                       path);
    else if (before != NULL && g_strcmp0(version, dcc_installation_get_version(before)) == 0 &&
             dcc_installation_get_reservation(installation) == NULL)
        cli_doctor_add(findings,
                       CLI_FINDING_WARN,
                       id,
                       advice,
                       "also %s, %s; %s comes first",
                       version,
                       path,
                       dcc_installation_get_executable(before));
    else
        cli_doctor_add(findings, CLI_FINDING_OK, id, NULL, "%s, %s", version, path);
}

static void
check_installations(GPtrArray *findings, DccAdapter *adapter, CliLevel level)
{
    g_autoptr(DccSearch) search = dcc_search_new("/", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(GListModel) found = dcc_catalogue_find(adapter, search, &error);
    g_autoptr(DccInstallation) chosen = NULL;
    const char *id = dcc_adapter_get_id(adapter);
    g_autofree char *why = NULL, *advice = g_strdup_printf("dcchost list %s", id);

    for (guint i = 0; found != NULL && i < g_list_model_get_n_items(found); i++) {
        g_autoptr(DccInstallation) installation = g_list_model_get_item(found, i);
        g_autoptr(DccInstallation) before = i > 0 ? g_list_model_get_item(found, i - 1) : NULL;

        tell_installation(findings, adapter, installation, before);
    }
    if (found != NULL)
        chosen = dcc_catalogue_choose(adapter, search, NULL, &error);
    if (chosen != NULL)
        return;
    why = first_line(error->message);
    cli_doctor_add(findings, level, id, advice, "%s", why);
}

static void
check_record(GPtrArray *findings, DccAdapterRecord *record)
{
    const char *path = dcc_adapter_record_get_path(record);
    const char *id = dcc_adapter_record_get_id(record);
    const char *refusal = dcc_adapter_record_get_refusal(record);

    if (refusal != NULL)
        cli_doctor_add(findings,
                       CLI_FINDING_WARN,
                       "adapter",
                       "replace or remove the file; the other adapters work",
                       "%s is refused: %s",
                       path != NULL ? path : id,
                       refusal);
    else
        cli_doctor_add(findings,
                       CLI_FINDING_OK,
                       "adapter",
                       NULL,
                       "%s, %s",
                       id,
                       path != NULL ? path : "built in");
}

static void
check_all(GPtrArray *findings, DccAdapterRegistry *registry)
{
    g_autoptr(GListModel) records = NULL;
    guint loaded = 0;

    dcc_adapter_registry_load_all(registry);
    records = dcc_adapter_registry_list(registry);
    for (guint i = 0; i < g_list_model_get_n_items(records); i++) {
        g_autoptr(DccAdapterRecord) record = g_list_model_get_item(records, i);
        DccAdapter *adapter = dcc_adapter_record_get_adapter(record);

        check_record(findings, record);
        if (adapter == NULL)
            continue;
        loaded++;
        check_installations(findings, adapter, CLI_FINDING_WARN);
    }
    if (loaded == 0)
        cli_doctor_add(findings,
                       CLI_FINDING_FAIL,
                       "adapter",
                       "install one: a file dcchost-<id>.so, see 'dcchost adapters'",
                       "none is loaded");
}

/* Asked about one application, its absence is a failure. */
void
cli_doctor_check_applications(GPtrArray *findings, const char *app)
{
    g_autoptr(DccAdapterRegistry) registry = dcc_adapter_registry_new();
    g_autoptr(GError) error = NULL;
    DccAdapter *adapter;

    if (app == NULL) {
        check_all(findings, registry);
        return;
    }
    dcc_adapter_registry_load_for(registry, app);
    adapter = dcc_adapter_registry_lookup(registry, app, &error);
    if (adapter != NULL)
        check_installations(findings, adapter, CLI_FINDING_FAIL);
    else
        cli_doctor_add(findings, CLI_FINDING_FAIL, app, "dcchost adapters", "%s", error->message);
}
