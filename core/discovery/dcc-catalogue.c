/* What is installed.
 *
 * Contract: nothing is started but version commands, all at the same time and each at most 20 s. A copy whose version
 * cannot be told is listed without one. Threading: blocks while versions are asked; a session, which may not, does
 * the same with a DccChoice of its own.
 */
#include "dcc-catalogue.h"

#include "dcc-choice.h"

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
    g_return_val_if_fail(DCC_IS_ADAPTER(adapter), NULL);
    return dcc_candidates_make_variable(adapter);
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
    g_autoptr(DccCandidates) candidates = NULL;

    g_return_val_if_fail(DCC_IS_ADAPTER(adapter), NULL);
    g_return_val_if_fail(DCC_IS_SEARCH(search), NULL);

    candidates = dcc_candidates_new(adapter, search, error);
    if (!candidates)
        return NULL;
    dcc_candidates_ask(candidates);
    return dcc_candidates_list(candidates);
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
    g_autoptr(DccChoice) choice = NULL;
    DccCandidates *candidates;
    DccInstallation *chosen = NULL;

    g_return_val_if_fail(DCC_IS_ADAPTER(adapter), NULL);
    g_return_val_if_fail(DCC_IS_SEARCH(search), NULL);

    choice = dcc_choice_new(adapter, search, version, scene);
    candidates = dcc_choice_find(choice, error);
    if (candidates) {
        dcc_candidates_ask(candidates);
        chosen = dcc_choice_make(choice, error);
    }
    if (explanation)
        *explanation = g_strdup(chosen ? dcc_choice_get_explanation(choice) : NULL);
    return chosen ? g_object_ref(chosen) : NULL;
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
