/* What dcchost needs to launch something: adapters, and installations they find.
 *
 * Asking an application for its version may take as long as its deadline, and an adapter may do
 * anything: so each is looked at in a process of its own, all side by side, and those that are
 * waited for are named. */
#include "cli-doctor-applications.h"

#include "cli-parts.h"
#include "dcc-adapter-record.h"
#include "dcc-adapter-registry.h"
#include "dcc-catalogue.h"
#include <string.h>

/* (transfer full): the places looked at are for `list APP` to tell; here it is how many. */
static char *
summarize(const char *text)
{
    static const char list[] = "; looked at:";
    const char *end = g_strstr_len(text, -1, "\n");
    g_autofree char *line = end != NULL ? g_strndup(text, (gsize)(end - text)) : g_strdup(text);
    guint places = 0;

    if (!g_str_has_suffix(line, list))
        return g_steal_pointer(&line);
    line[strlen(line) - strlen(list)] = '\0';
    for (const char *p = strstr(text, "\n  "); p != NULL; p = strstr(p + 1, "\n  "))
        places++;
    return places == 0 ? g_strdup(line)
                       : g_strdup_printf("%s; %u places were looked at", line, places);
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
        cli_findings_add(findings,
                         CLI_FINDING_WARN,
                         id,
                         "it does not tell its version; does it run?",
                         "version not known, %s",
                         path);
    else if (before != NULL && g_strcmp0(version, dcc_installation_get_version(before)) == 0 &&
             dcc_installation_get_reservation(installation) == NULL)
        cli_findings_add(findings,
                         CLI_FINDING_WARN,
                         id,
                         advice,
                         "also %s, %s; %s comes first",
                         version,
                         path,
                         dcc_installation_get_executable(before));
    else
        cli_findings_add(findings, CLI_FINDING_OK, id, NULL, "%s, %s", version, path);
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
    why = summarize(error->message);
    cli_findings_add(findings, level, id, advice, "%s", why);
}

static void
check_record(GPtrArray *findings, DccAdapterRecord *record)
{
    const char *path = dcc_adapter_record_get_path(record);
    const char *id = dcc_adapter_record_get_id(record);
    const char *refusal = dcc_adapter_record_get_refusal(record);

    if (refusal != NULL)
        cli_findings_add(findings,
                         CLI_FINDING_WARN,
                         "adapter",
                         "replace or remove the file; the other adapters work",
                         "%s is refused: %s",
                         path != NULL ? path : id,
                         refusal);
    else
        cli_findings_add(findings,
                         CLI_FINDING_OK,
                         "adapter",
                         NULL,
                         "%s, %s",
                         id,
                         path != NULL ? path : "built in");
}

void
cli_doctor_check_application(GPtrArray *findings, const char *app, CliLevel absence)
{
    g_autoptr(DccAdapterRegistry) registry = dcc_adapter_registry_new();
    g_autoptr(GError) error = NULL;
    DccAdapter *adapter;

    dcc_adapter_registry_load_for(registry, app);
    adapter = dcc_adapter_registry_lookup(registry, app, &error);
    if (adapter != NULL)
        check_installations(findings, adapter, absence);
    else
        cli_findings_add(findings, CLI_FINDING_FAIL, app, "dcchost adapters", "%s", error->message);
}

/* Adapters that can be used; the others are told. */
static GPtrArray *
check_adapters(GPtrArray *findings)
{
    g_autoptr(DccAdapterRegistry) registry = dcc_adapter_registry_new();
    g_autoptr(GListModel) records = NULL;
    GPtrArray *ids = g_ptr_array_new_with_free_func(g_free);

    dcc_adapter_registry_load_all(registry);
    records = dcc_adapter_registry_list(registry);
    for (guint i = 0; i < g_list_model_get_n_items(records); i++) {
        g_autoptr(DccAdapterRecord) record = g_list_model_get_item(records, i);

        check_record(findings, record);
        if (dcc_adapter_record_get_adapter(record) != NULL)
            g_ptr_array_add(ids, g_strdup(dcc_adapter_record_get_id(record)));
    }
    if (ids->len == 0)
        cli_findings_add(findings,
                         CLI_FINDING_FAIL,
                         "adapter",
                         "install one: a file dcchost-<id>.so, see 'dcchost adapters'",
                         "none is loaded");
    return ids;
}

void
cli_doctor_check_applications(GPtrArray *findings, const char *app)
{
    g_autoptr(GPtrArray) ids = NULL;

    if (app != NULL) {
        const char *one[] = {app, NULL};

        cli_parts_run(findings, one, CLI_FINDING_FAIL);
        return;
    }
    ids = check_adapters(findings);
    g_ptr_array_add(ids, NULL);
    cli_parts_run(findings, (const char *const *)ids->pdata, CLI_FINDING_WARN);
}
