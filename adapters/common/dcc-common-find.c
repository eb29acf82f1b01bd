/* Where copies of an application are.
 *
 * Contract: the user's own choice first, and then no other without being asked for; each copy once,
 * under its real path, so that a link beside it is no second one. */
#include "dcc-common.h"
#include "dcc-error.h"

void
dcc_common_found(DccCommonFinding *self, const char *path, const char *origin)
{
    g_autofree char *executable = dcc_search_realpath(self->search, path);
    g_autofree char *version = NULL;
    g_autoptr(DccInstallation) installation = NULL;

    if (!executable || !dcc_search_is_executable(self->search, executable) ||
        !g_hash_table_add(self->seen, g_strdup(executable)))
        return;
    version = self->app->read_folder(executable);
    if (!version) /* the link may say what the place it leads to does not */
        version = self->app->read_folder(path);
    installation = dcc_installation_new(executable, version, origin);
    if (!version && self->app->version_flag)
        dcc_installation_set_version_command(
            installation, (const char *const[]){executable, self->app->version_flag, NULL});
    if (self->overridden) {
        g_autofree char *reason =
            g_strdup_printf("not started while $%s names another", self->app->override);

        dcc_installation_set_reservation(installation, reason);
    }
    g_list_store_append(self->found, installation);
}

static gboolean
found_override(DccCommonFinding *self, GError **error)
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
    dcc_common_found(self, path, origin);
    self->overridden = TRUE;
    return TRUE;
}

DccCommonFinding *
dcc_common_finding_new(const DccCommonApp *app, DccSearch *search, GError **error)
{
    g_autoptr(DccCommonFinding) self = g_new0(DccCommonFinding, 1);

    self->app = app;
    self->search = search;
    self->found = g_list_store_new(DCC_TYPE_INSTALLATION);
    self->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return found_override(self, error) ? g_steal_pointer(&self) : NULL;
}

void
dcc_common_finding_free(DccCommonFinding *self)
{
    g_clear_object(&self->found);
    g_hash_table_unref(self->seen);
    g_free(self);
}

void
dcc_common_found_program(DccCommonFinding *self, const char *name)
{
    g_autofree char *path = dcc_search_program(self->search, name);

    if (path)
        dcc_common_found(self, path, "PATH");
}

void
dcc_common_found_places(DccCommonFinding *self, const char *pattern, const char *origin)
{
    g_auto(GStrv) paths = dcc_search_glob(self->search, pattern);

    for (guint n = 0; paths[n]; n++)
        dcc_common_found(self, paths[n], origin);
}

GListModel *
dcc_common_finding_end(DccCommonFinding *self)
{
    return G_LIST_MODEL(g_steal_pointer(&self->found));
}
