/* Whether what is to be launched is there. */
#include "cli-check-installed.h"

#include "dcc-adapter-registry.h"
#include "dcc-catalogue.h"

gboolean
cli_check_installed(CliLaunchOptions *options, GError **error)
{
    g_autoptr(DccAdapterRegistry) registry = dcc_adapter_registry_new();
    g_autoptr(DccSearch) search = dcc_search_new("/", NULL);
    g_autoptr(DccInstallation) installation = NULL;
    g_autofree char *explanation = NULL;
    DccAdapter *adapter;

    dcc_adapter_registry_load_for(registry, options->app);
    adapter = dcc_adapter_registry_lookup(registry, options->app, error);
    if (adapter == NULL)
        return FALSE;
    installation = dcc_catalogue_choose_for_scene(
        adapter, search, options->version, options->scene, &explanation, error);
    if (explanation)
        g_printerr("dcchost: %s\n", explanation);
    return installation != NULL;
}
