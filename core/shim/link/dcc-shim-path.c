/* Where the shim is.
 *
 * Problem: a session of an uninstalled tree must find the shim of that tree. Contract: what the
 * environment names counts, but never in a setuid program; else the one of the installed tree that
 * the library lies in, wherever that is. Threading: any.
 */
#include "dcc-shim-path.h"

#include "dcc-error.h"
#include "dcc-installed.h"
#include "dcc-own-process.h"
#include "dcc-shim-link.h"

#include <unistd.h>

/**
 * dcc_shim_path:
 * @error: return location for an error
 *
 * Where the program is that becomes the parent of an application.
 *
 * Returns: (transfer full) (nullable): the path of the shim that sessions start; %NULL with
 *   `DCC_ERROR_NOT_FOUND` where there is none that can be run, `DCC_ERROR_NOT_SUPPORTED` on Windows,
 *   whose sessions start applications themselves
 * Since: 1.0
 */
char *
dcc_shim_path(GError **error)
{
    const char *given = dcc_own_process_is_privileged() ? NULL : g_getenv("DCCHOST_SHIM");
    g_autofree char *path = given != NULL ? g_strdup(given) : dcc_installed_path(DCC_SHIM_PATH);

    if (!g_path_is_absolute(path) || access(path, X_OK) != 0) {
        g_set_error(
            error,
            DCC_ERROR,
            DCC_ERROR_NOT_FOUND,
            "the shim %s is not there or cannot be run; install dcchost, or set DCCHOST_SHIM",
            path);
        return NULL;
    }
    return g_steal_pointer(&path);
}

gboolean
dcc_shim_link_find_shim(char **shim, GError **error)
{
    *shim = dcc_shim_path(error);
    return *shim != NULL;
}
