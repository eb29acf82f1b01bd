/* What is installed.
 *
 * Problem: adapters say where copies are, several names may lead to one copy, and some tell their
 * version only when they are run. The artist wants the newest, or the one asked for, and never a
 * surprise. Contract: nothing is started but version commands, each at most 20 s, with no
 * PYTHONHOME (it would break every application that brings its own Python). A copy whose version
 * cannot be told is listed without one. Threading: blocks while a version is asked; call it where
 * that is no harm.
 */
#include "dcc-catalogue.h"
#include "dcc-error.h"
#include "dcc-spawn.h"
#include "dcc-version-cache.h"
#include <string.h>

#define VERSION_TIMEOUT_MS 20000
#define VERSION_BYTES      65536

/**
 * dcc_catalogue_get_variable:
 * @adapter: whose application
 *
 * Names the environment variable by which a user chooses the copy to start.
 *
 * Returns: (transfer full): `DCCHOST_<APP>_EXECUTABLE`
 * Since: 1.0
 */
char *
dcc_catalogue_get_variable(DccAdapter *adapter)
{
    g_autofree char *upper = NULL;
    const char *id;

    g_return_val_if_fail(DCC_IS_ADAPTER(adapter), NULL);

    id = dcc_adapter_get_id(adapter);
    upper = g_ascii_strup(id ? id : "APP", -1);
    return g_strconcat("DCCHOST_", g_strdelimit(upper, "-", '_'), "_EXECUTABLE", NULL);
}

static char *
real_path(DccSearch *search, DccInstallation *installation)
{
    const char *executable = dcc_installation_get_executable(installation);
    char *real = dcc_search_realpath(search, executable);

    return real ? real : g_strdup(executable);
}

static char *
ask_version(DccAdapter *adapter, DccInstallation *installation)
{
    const char *const *argv = dcc_installation_get_version_command(installation);
    g_auto(GStrv) envp = g_environ_unsetenv(g_get_environ(), "PYTHONHOME");
    g_autoptr(GError) error = NULL;
    g_autofree char *output = NULL;
    g_autofree char *text = NULL;
    int status = 0;

    output = dcc_command_run(
        argv, (const char *const *)envp, VERSION_TIMEOUT_MS, VERSION_BYTES, &status, &error);
    if (!output) {
        g_log_structured("dcchost",
                         G_LOG_LEVEL_INFO,
                         "DCC_ADAPTER",
                         dcc_adapter_get_id(adapter),
                         "MESSAGE",
                         "the version of %s cannot be told: %s",
                         argv[0],
                         error->message);
        return NULL;
    }
    text = g_utf8_make_valid(output, -1);
    return dcc_adapter_read_version(adapter, installation, text);
}

/* (transfer full): the installation with its version, where that can be told. */
static DccInstallation *
know_version(DccAdapter *adapter,
             DccInstallation *installation,
             const char *real,
             DccVersionCache *cache)
{
    g_autofree char *asked = NULL;
    const char *version;

    if (dcc_installation_get_version(installation) ||
        !dcc_installation_get_version_command(installation))
        return g_object_ref(installation);
    version = dcc_version_cache_get(cache, real);
    if (!version) {
        version = asked = ask_version(adapter, installation);
        if (asked)
            dcc_version_cache_put(cache, real, asked);
    }
    return version ? dcc_installation_with_version(installation, version)
                   : g_object_ref(installation);
}

/* A version that is no release is newer than every release, and nobody's default. */
static gboolean
is_prerelease(const char *version)
{
    static const char *const words[] = {"alpha", "beta", "rc", "dev", "nightly", "candidate"};
    g_autofree char *lower = version ? g_ascii_strdown(version, -1) : NULL;

    for (guint i = 0; lower && i < G_N_ELEMENTS(words); i++) {
        if (strstr(lower, words[i]))
            return TRUE;
    }
    return FALSE;
}

static void
reserve_prerelease(DccAdapter *adapter, DccSearch *search, DccInstallation *item, const char *real)
{
    const char *version = dcc_installation_get_version(item);
    g_autofree char *variable = dcc_catalogue_get_variable(adapter);
    const char *executable = dcc_search_getenv(search, variable);
    g_autofree char *named = executable ? dcc_search_realpath(search, executable) : NULL;
    g_autofree char *reason = NULL;

    if (dcc_installation_get_reservation(item) || !is_prerelease(version) ||
        g_strcmp0(named, real) == 0)
        return;
    reason = g_strdup_printf(
        "no release; not started unless asked for with --version %s or $%s", version, variable);
    dcc_installation_set_reservation(item, reason);
}

static int
compare_installations(gconstpointer a, gconstpointer b, gpointer data)
{
    DccInstallation *one = (gpointer)a, *other = (gpointer)b;
    gboolean one_reserved = dcc_installation_get_reservation(one) != NULL;
    gboolean other_reserved = dcc_installation_get_reservation(other) != NULL;

    if (one_reserved != other_reserved)
        return one_reserved - other_reserved;
    return dcc_version_compare(dcc_installation_get_version(other),
                               dcc_installation_get_version(one));
}

/**
 * dcc_catalogue_find:
 * @adapter: whose application
 * @search: where to look; it keeps the places looked at
 * @error: return location for an error
 *
 * Finds the copies of an application, each once, with their versions.
 *
 * Returns: (transfer full): a list of #DccInstallation, newest first; those with a reservation last
 * Since: 1.0
 */
GListModel *
dcc_catalogue_find(DccAdapter *adapter, DccSearch *search, GError **error)
{
    g_autoptr(GListModel) found = NULL;
    g_autoptr(GListStore) list = NULL;
    g_autoptr(GHashTable) seen = NULL;
    g_autoptr(DccVersionCache) cache = NULL;

    g_return_val_if_fail(DCC_IS_ADAPTER(adapter), NULL);
    g_return_val_if_fail(DCC_IS_SEARCH(search), NULL);

    found = dcc_adapter_find_installations(adapter, search, error);
    if (!found)
        return NULL;
    list = g_list_store_new(DCC_TYPE_INSTALLATION);
    seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    cache = dcc_version_cache_load();
    for (guint i = 0; i < g_list_model_get_n_items(found); i++) {
        g_autoptr(DccInstallation) item = g_list_model_get_item(found, i);
        g_autoptr(DccInstallation) complete = NULL;
        char *real = real_path(search, item);

        if (!g_hash_table_add(seen, real))
            continue;
        complete = know_version(adapter, item, real, cache);
        reserve_prerelease(adapter, search, complete, real);
        g_list_store_append(list, complete);
    }
    dcc_version_cache_save(cache);
    g_list_store_sort(list, compare_installations, NULL);
    return G_LIST_MODEL(g_steal_pointer(&list));
}

static void
append_installations(GString *text, GListModel *list)
{
    for (guint i = 0; i < g_list_model_get_n_items(list); i++) {
        g_autoptr(DccInstallation) item = g_list_model_get_item(list, i);
        const char *version = dcc_installation_get_version(item);
        const char *reservation = dcc_installation_get_reservation(item);

        g_string_append_printf(text,
                               "\n  %s  %s",
                               version ? version : "(version not known)",
                               dcc_installation_get_executable(item));
        if (reservation)
            g_string_append_printf(text, "  (%s)", reservation);
    }
}

static void
set_not_installed(DccAdapter *adapter, DccSearch *search, const char *variable, GError **error)
{
    const char *const *places = dcc_search_get_places(search);
    g_autoptr(GString) text = g_string_new(NULL);

    g_string_printf(text, "%s is not installed; looked at:", dcc_adapter_get_title(adapter));
    for (guint i = 0; places[i]; i++)
        g_string_append_printf(text, "\n  %s", places[i]);
    g_string_append_printf(text, "\nset %s to its executable if it is elsewhere", variable);
    g_set_error_literal(error, DCC_ERROR, DCC_ERROR_NOT_INSTALLED, text->str);
}

/* There are copies, but none that may be taken. */
static void
set_none_fits(DccAdapter *adapter,
              GListModel *list,
              const char *version,
              const char *variable,
              GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);

    if (version)
        g_string_printf(
            text, "%s %s is not installed; there are:", dcc_adapter_get_title(adapter), version);
    else
        g_string_printf(text,
                        "no copy of %s is started unless its version is asked for or %s names it:",
                        dcc_adapter_get_title(adapter),
                        variable);
    append_installations(text, list);
    g_set_error_literal(error, DCC_ERROR, DCC_ERROR_NOT_INSTALLED, text->str);
}

static gboolean
fits(DccInstallation *installation, const char *version)
{
    const char *own = dcc_installation_get_version(installation);

    return !version || (own && dcc_version_matches(own, version));
}

/* (transfer full): the copy that the user's variable names. */
static DccInstallation *
find_named(GListModel *list, DccSearch *search, const char *executable, const char *version)
{
    g_autofree char *named = executable ? dcc_search_realpath(search, executable) : NULL;

    for (guint i = 0; named && i < g_list_model_get_n_items(list); i++) {
        g_autoptr(DccInstallation) item = g_list_model_get_item(list, i);
        g_autofree char *real = real_path(search, item);

        if (strcmp(real, named) == 0 && fits(item, version))
            return g_steal_pointer(&item);
    }
    return NULL;
}

/* (transfer full): the list is newest first, reserved last. */
static DccInstallation *
find_best(GListModel *list, const char *version)
{
    g_autoptr(DccInstallation) reserved = NULL;
    guint n_reserved = 0;

    for (guint i = 0; i < g_list_model_get_n_items(list); i++) {
        g_autoptr(DccInstallation) item = g_list_model_get_item(list, i);

        if (!fits(item, version))
            continue;
        if (!dcc_installation_get_reservation(item))
            return g_steal_pointer(&item);
        if (n_reserved++ == 0)
            reserved = g_object_ref(item);
    }
    return version && n_reserved == 1 ? g_steal_pointer(&reserved) : NULL;
}

/* A wish that cannot be met is said, not replaced by something else. */
static gboolean
check_override(DccSearch *search, const char *variable, const char *executable, GError **error)
{
    if (!executable || !*executable || dcc_search_is_executable(search, executable))
        return TRUE;
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_NOT_INSTALLED,
                "%s names %s, which is no executable file: mend it or unset it",
                variable,
                executable);
    return FALSE;
}

/**
 * dcc_catalogue_choose:
 * @adapter: whose application
 * @search: where to look; it keeps the places looked at
 * @version: (nullable): the version asked for ("4", "4.2"), or %NULL for the newest
 * @error: return location for an error
 *
 * Chooses the copy to start: the one that `DCCHOST_<APP>_EXECUTABLE` names, else the newest. A copy
 * with a reservation is taken only if the variable names it, or if it is the only one of the
 * version asked for.
 *
 * Errors: #DCC_ERROR_NOT_INSTALLED; the message lists, a line each, the places looked at or the
 * versions that are there.
 *
 * Returns: (transfer full): an installation
 * Since: 1.0
 */
DccInstallation *
dcc_catalogue_choose(DccAdapter *adapter, DccSearch *search, const char *version, GError **error)
{
    g_autoptr(GListModel) list = NULL;
    g_autoptr(DccInstallation) chosen = NULL;
    g_autofree char *variable = NULL;
    const char *executable;

    g_return_val_if_fail(DCC_IS_ADAPTER(adapter), NULL);
    g_return_val_if_fail(DCC_IS_SEARCH(search), NULL);

    variable = dcc_catalogue_get_variable(adapter);
    executable = dcc_search_getenv(search, variable);
    if (!check_override(search, variable, executable, error))
        return NULL;
    list = dcc_catalogue_find(adapter, search, error);
    if (!list)
        return NULL;
    chosen = find_named(list, search, executable && *executable ? executable : NULL, version);
    if (!chosen)
        chosen = find_best(list, version);
    if (!chosen && g_list_model_get_n_items(list) == 0)
        set_not_installed(adapter, search, variable, error);
    else if (!chosen)
        set_none_fits(adapter, list, version, variable, error);
    return g_steal_pointer(&chosen);
}
