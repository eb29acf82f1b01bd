/* Where copies of an application are.
 *
 * Contract: the user's own choice first, and then no other without being asked for; each copy once,
 * under the path by which it is started, so that a link beside it is no second one. Threading: the
 * caller's thread.
 */
#include "dcc-kit-find.h"

#include "dcc-error.h"

struct _DccKitFinding {
    const DccKitApp *app;
    DccSearch *search;
    GListStore *found;
    GHashTable *seen; /* of the paths that are started */
    gboolean overridden;
};

static char *
choose_path(DccKitFinding *self, const char *path)
{
    return self->app->choose_path ? self->app->choose_path(self->search, path)
                                  : dcc_search_realpath(self->search, path);
}

static char *
read_version(DccKitFinding *self, const char *executable, const char *path)
{
    char *version;

    if (!self->app->read_version)
        return NULL;
    version = self->app->read_version(executable);
    /* The link may say what the place it leads to does not. */
    return version ? version : self->app->read_version(path);
}

static void
reserve(DccKitFinding *self, DccInstallation *installation, const char *reservation)
{
    const char *executable = dcc_installation_get_executable(installation);
    g_autofree char *own = NULL;

    if (self->overridden)
        own = g_strdup_printf("not started while $%s names another", self->app->override);
    else if (!reservation && self->app->find_reservation)
        own = self->app->find_reservation(executable);
    if (reservation || own)
        dcc_installation_set_reservation(installation, reservation ? reservation : own);
}

static void
add_version_command(DccKitFinding *self, DccInstallation *installation)
{
    const char *const argv[] = {
        dcc_installation_get_executable(installation), self->app->version_flag, NULL};

    if (self->app->add_version)
        self->app->add_version(self->search, installation);
    else if (self->app->version_flag)
        dcc_installation_set_version_command(installation, argv);
}

/* named: by the user, so nothing speaks against it. */
static void
add(DccKitFinding *self,
    const char *path,
    const char *origin,
    const char *reservation,
    gboolean named)
{
    g_autofree char *executable = choose_path(self, path);
    g_autofree char *version = NULL;
    g_autoptr(DccInstallation) installation = NULL;

    if (!executable || !dcc_search_is_executable(self->search, executable) ||
        !g_hash_table_add(self->seen, g_strdup(executable)))
        return;
    version = read_version(self, executable, path);
    installation = dcc_installation_new(executable, version, origin);
    if (!version && !reservation)
        add_version_command(self, installation);
    if (!named)
        reserve(self, installation, reservation);
    g_list_store_append(self->found, installation);
}

/**
 * dcc_kit_found:
 * @self: copies found so far
 * @path: (type filename): another one, or something else
 * @origin: what people are told of where it was found
 * @reservation: (nullable): why it is not started unasked
 *
 * Adds a copy. What is no executable file, or was found before, is passed over. What has a
 * reservation is not run for its version.
 *
 * Since: 1.1
 */
void
dcc_kit_found(DccKitFinding *self, const char *path, const char *origin, const char *reservation)
{
    g_return_if_fail(self != NULL && path != NULL);

    add(self, path, origin, reservation, FALSE);
}

static gboolean
found_override(DccKitFinding *self, GError **error)
{
    const char *path = dcc_search_getenv(self->search, self->app->override);
    g_autofree char *origin = g_strconcat("$", self->app->override, NULL);

    if (!path || !*path)
        return TRUE;
    if (!g_path_is_absolute(path) || !dcc_search_is_executable(self->search, path)) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_NOT_INSTALLED,
                    "%s names '%s', which is no absolute path of an executable file; correct it or "
                    "unset it",
                    origin,
                    path);
        return FALSE;
    }
    add(self, path, origin, NULL, TRUE);
    self->overridden = TRUE;
    return TRUE;
}

/**
 * dcc_kit_finding_new:
 * @app: how copies of the application are told; must stay
 * @search: where to look
 * @error: return location for an error
 *
 * Begins with the copy that the user's variable names; all others are then kept, and not started
 * unasked.
 *
 * Errors: %DCC_ERROR_NOT_INSTALLED where the variable names no executable file.
 *
 * Returns: (transfer full): copies found so far; %NULL with @error set
 *
 * Since: 1.1
 */
DccKitFinding *
dcc_kit_finding_new(const DccKitApp *app, DccSearch *search, GError **error)
{
    g_return_val_if_fail(app != NULL && app->override != NULL, NULL);
    g_return_val_if_fail(DCC_IS_SEARCH(search), NULL);

    g_autoptr(DccKitFinding) self = g_new0(DccKitFinding, 1);

    self->app = app;
    self->search = g_object_ref(search);
    self->found = g_list_store_new(DCC_TYPE_INSTALLATION);
    self->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return found_override(self, error) ? g_steal_pointer(&self) : NULL;
}

/**
 * dcc_kit_finding_free:
 * @self: (nullable) (transfer full): copies found so far
 *
 * Gives up what was found.
 *
 * Since: 1.1
 */
void
dcc_kit_finding_free(DccKitFinding *self)
{
    if (!self)
        return;
    g_clear_object(&self->found);
    g_clear_object(&self->search);
    g_hash_table_unref(self->seen);
    g_free(self);
}

/**
 * dcc_kit_found_program:
 * @self: copies found so far
 * @name: a program's name
 *
 * Adds what a shell would start by this name.
 *
 * Since: 1.1
 */
void
dcc_kit_found_program(DccKitFinding *self, const char *name)
{
    g_return_if_fail(self != NULL && name != NULL);

    g_autofree char *path = dcc_search_program(self->search, name);

    if (path)
        dcc_kit_found(self, path, "PATH", NULL);
}

/**
 * dcc_kit_found_places:
 * @self: copies found so far
 * @places: (array length=n_places): where to look, in this order
 * @n_places: how many
 *
 * Adds what is in these places.
 *
 * Since: 1.1
 */
void
dcc_kit_found_places(DccKitFinding *self, const DccKitPlace *places, gsize n_places)
{
    g_return_if_fail(self != NULL);

    for (gsize i = 0; i < n_places; i++) {
        g_auto(GStrv) paths = dcc_search_glob(self->search, places[i].pattern);

        for (guint n = 0; paths[n]; n++)
            dcc_kit_found(self, paths[n], places[i].origin, places[i].reservation);
    }
}

/**
 * dcc_kit_finding_end:
 * @self: copies found; what is left of it is to be freed
 *
 * Returns: (transfer full): the list of #DccInstallation
 *
 * Since: 1.1
 */
GListModel *
dcc_kit_finding_end(DccKitFinding *self)
{
    g_return_val_if_fail(self != NULL, NULL);

    return G_LIST_MODEL(g_steal_pointer(&self->found));
}
