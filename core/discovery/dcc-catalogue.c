/* What is installed.
 *
 * Problem: adapters say where copies are, several names may lead to one copy, and some tell their
 * version only when they are run. The artist wants the newest, or the one asked for, and never a
 * surprise. Contract: nothing is started but version commands, all at the same time and each at most
 * 20 s. A copy whose version cannot be told is listed without one. Threading: blocks while versions
 * are asked; call it where that is no harm.
 */
#include "dcc-catalogue.h"
#include "dcc-error.h"
#include "dcc-scene-fit.h"
#include "dcc-version-ask.h"
#include "dcc-version-cache.h"
#include <string.h>

#define VERSION_TIMEOUT_MS 20000

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

/* One copy on the way into the list. */
typedef struct {
    DccInstallation *installation;
    char *real;
    const char *const *command; /* to be asked with; NULL: no need */
} Candidate;

static void
candidate_free(gpointer data)
{
    Candidate *self = data;

    g_object_unref(self->installation);
    g_free(self->real);
    g_free(self);
}

static void
know_version(Candidate *self, const char *version)
{
    DccInstallation *complete = dcc_installation_with_version(self->installation, version);

    g_object_unref(self->installation);
    self->installation = complete;
}

/* (transfer full): each copy once, in the adapter's order, with what the cache knows. */
static GPtrArray *
list_candidates(GListModel *found, DccSearch *search, DccVersionCache *cache)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(candidate_free);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < g_list_model_get_n_items(found); i++) {
        Candidate *self = g_new0(Candidate, 1);
        const char *version;

        self->installation = g_list_model_get_item(found, i);
        self->real = real_path(search, self->installation);
        if (g_hash_table_contains(seen, self->real)) {
            candidate_free(self);
            continue;
        }
        g_hash_table_add(seen, self->real);
        g_ptr_array_add(list, self);
        if (dcc_installation_get_version(self->installation))
            continue;
        self->command = dcc_installation_get_version_command(self->installation);
        version = self->command ? dcc_version_cache_get(cache, self->real) : NULL;
        if (version) {
            know_version(self, version);
            self->command = NULL;
        }
    }
    return list;
}

static void
read_answer(DccAdapter *adapter, Candidate *self, const DccVersionAsk *ask, DccVersionCache *cache)
{
    g_autofree char *version = NULL;

    if (ask->failure)
        g_log_structured("dcchost",
                         G_LOG_LEVEL_INFO,
                         "DCC_ADAPTER",
                         dcc_adapter_get_id(adapter),
                         "MESSAGE",
                         "the version of %s cannot be told: %s",
                         ask->argv[0],
                         ask->failure);
    else
        version = dcc_adapter_read_version(adapter, self->installation, ask->output);
    if (!version)
        return;
    know_version(self, version);
    dcc_version_cache_put(cache, self->real, version);
}

/* Those whose version nobody knows yet, all at the same time. */
static void
ask_versions(DccAdapter *adapter, GPtrArray *candidates, DccVersionCache *cache)
{
    g_autofree DccVersionAsk *asks = g_new0(DccVersionAsk, candidates->len);
    guint n = 0;

    for (guint i = 0; i < candidates->len; i++) {
        Candidate *self = g_ptr_array_index(candidates, i);

        if (self->command)
            asks[n++].argv = self->command;
    }
    dcc_version_ask(asks, n, VERSION_TIMEOUT_MS);
    n = 0;
    for (guint i = 0; i < candidates->len; i++) {
        Candidate *self = g_ptr_array_index(candidates, i);

        if (!self->command)
            continue;
        read_answer(adapter, self, &asks[n], cache);
        dcc_version_ask_clear(&asks[n++]);
    }
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
    g_autoptr(GPtrArray) candidates = NULL;
    g_autoptr(DccVersionCache) cache = NULL;

    g_return_val_if_fail(DCC_IS_ADAPTER(adapter), NULL);
    g_return_val_if_fail(DCC_IS_SEARCH(search), NULL);

    found = dcc_adapter_find_installations(adapter, search, error);
    if (!found)
        return NULL;
    list = g_list_store_new(DCC_TYPE_INSTALLATION);
    cache = dcc_version_cache_load();
    candidates = list_candidates(found, search, cache);
    ask_versions(adapter, candidates, cache);
    for (guint i = 0; i < candidates->len; i++) {
        Candidate *candidate = g_ptr_array_index(candidates, i);

        reserve_prerelease(adapter, search, candidate->installation, candidate->real);
        g_list_store_append(list, candidate->installation);
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

/* (transfer full): the one that fits the scene; those with a reservation are not chosen unasked. */
static DccInstallation *
find_fitting(GListModel *list, const char *saved)
{
    guint n = g_list_model_get_n_items(list);
    g_autofree const char **versions = g_new0(const char *, n + 1);
    int best;

    for (guint i = 0; i < n; i++) {
        g_autoptr(DccInstallation) item = g_list_model_get_item(list, i);

        if (!dcc_installation_get_reservation(item))
            versions[i] = dcc_installation_get_version(item);
    }
    best = dcc_scene_fit_choose(saved, versions, n);
    return best < 0 ? NULL : g_list_model_get_item(list, (guint)best);
}

/* What the user has to know of the choice. */
typedef struct {
    DccAdapter *adapter;
    const char *scene;
    const char *saved;
    const char *version; /* asked for */
    gboolean is_named;   /* by the variable */
    gboolean is_only;    /* there was nothing to choose from */
} Wish;

static const char *
why_older(const Wish *wish)
{
    if (wish->version)
        return "an older one was asked for";
    return wish->is_named ? "an older one is named by its variable"
                          : "all that is installed is older";
}

/* (transfer full) (nullable): one sentence. */
static char *
explain(const Wish *wish, const char *chosen)
{
    const char *title = dcc_adapter_get_title(wish->adapter);
    DccSceneFit fit = dcc_scene_fit(wish->saved, chosen);
    g_autofree char *name = wish->scene ? g_filename_display_basename(wish->scene) : NULL;
    g_autofree char *start = NULL;

    if (!wish->saved)
        return NULL;
    start = g_strdup_printf("scene '%s' was saved by %s %s", name, title, wish->saved);
    if (fit == DCC_SCENE_FIT_UNKNOWN)
        return g_strdup_printf("%s; which version is started cannot be told", start);
    if (fit == DCC_SCENE_FIT_OLDER)
        return g_strdup_printf("%s and %s: %s is started, which may not read all of it, so save "
                               "under another name",
                               start,
                               why_older(wish),
                               chosen);
    if (wish->version || wish->is_named)
        return NULL;
    if (fit == DCC_SCENE_FIT_SAME)
        return wish->is_only ? NULL : g_strdup_printf("%s: %s is started", start, chosen);
    return g_strdup_printf("%s, which is not installed: the %s is started, %s",
                           start,
                           fit == DCC_SCENE_FIT_NEWER ? "nearest newer one" : "newest",
                           chosen);
}

/* (transfer full): explained, if wish is, for people. */
static DccInstallation *
choose_from(GListModel *list, DccSearch *search, Wish *wish, const char *executable)
{
    g_autoptr(DccInstallation) chosen =
        find_named(list, search, executable && *executable ? executable : NULL, wish->version);

    wish->is_named = chosen != NULL;
    wish->is_only = g_list_model_get_n_items(list) == 1;
    if (!chosen && !wish->version && wish->saved)
        chosen = find_fitting(list, wish->saved);
    if (!chosen)
        chosen = find_best(list, wish->version);
    return g_steal_pointer(&chosen);
}

/**
 * dcc_catalogue_choose_for_scene:
 * @adapter: whose application
 * @search: where to look; it keeps the places looked at
 * @version: (nullable): the version asked for, as of dcc_catalogue_choose()
 * @scene: (type filename) (nullable): the absolute path of the scene that is to be opened
 * @explanation: (out) (optional) (nullable) (transfer full): a sentence for people that says why
 *   this one is started for the scene; %NULL where there was nothing to choose, or the scene does
 *   not tell its version
 * @error: return location for an error
 *
 * Chooses the copy to start as dcc_catalogue_choose() does; but where neither a version nor the
 * variable says which, it is the newest of the version that saved the scene, else the nearest newer
 * one of the same major version, else the newest of all. One that is older than the scene is never
 * started without an explanation.
 *
 * Errors: as of dcc_catalogue_choose().
 *
 * Returns: (transfer full): an installation
 * Since: 1.0
 */
DccInstallation *
dcc_catalogue_choose_for_scene(DccAdapter *adapter,
                               DccSearch *search,
                               const char *version,
                               const char *scene,
                               char **explanation,
                               GError **error)
{
    g_autoptr(GListModel) list = NULL;
    g_autoptr(DccInstallation) chosen = NULL;
    g_autofree char *variable = NULL;
    g_autofree char *saved = NULL;
    const char *executable;

    g_return_val_if_fail(DCC_IS_ADAPTER(adapter), NULL);
    g_return_val_if_fail(DCC_IS_SEARCH(search), NULL);

    if (explanation)
        *explanation = NULL;
    variable = dcc_catalogue_get_variable(adapter);
    executable = dcc_search_getenv(search, variable);
    if (!check_override(search, variable, executable, error))
        return NULL;
    list = dcc_catalogue_find(adapter, search, error);
    if (!list)
        return NULL;
    saved = scene ? dcc_scene_read_version(adapter, scene) : NULL;

    Wish wish = {.adapter = adapter, .scene = scene, .saved = saved, .version = version};

    chosen = choose_from(list, search, &wish, executable);
    if (chosen && explanation)
        *explanation = explain(&wish, dcc_installation_get_version(chosen));
    if (!chosen && g_list_model_get_n_items(list) == 0)
        set_not_installed(adapter, search, variable, error);
    else if (!chosen)
        set_none_fits(adapter, list, version, variable, error);
    return g_steal_pointer(&chosen);
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
    return dcc_catalogue_choose_for_scene(adapter, search, version, NULL, NULL, error);
}
