/* Where the files of this dcchost are.
 *
 * Problem: what was built for one prefix and lies below another would look for its shim and its
 * adapters in a place where there are none, or where another dcchost's are. Contract: the library
 * lies in the same directory below the prefix, whatever the prefix is; so it tells the prefix.
 * Threading: any.
 */
#include "dcc-installed.h"

#include <dlfcn.h>
#include <string.h>

/* (transfer full) NULL: not known, or no tree as it was installed. */
static char *
find_prefix(void)
{
    const char *inside = &DCC_LIBDIR[strlen(DCC_PREFIX)]; /* "/lib" */
    g_autofree char *file = NULL, *dir = NULL;
    Dl_info info;

    if (!g_str_has_prefix(DCC_LIBDIR, DCC_PREFIX) || *inside != '/')
        return NULL;
    if (dladdr((void *)dcc_installed_path, &info) == 0 || info.dli_fname == NULL)
        return NULL;
    file = g_canonicalize_filename(info.dli_fname, NULL);
    dir = g_path_get_dirname(file);
    if (!g_str_has_suffix(dir, inside))
        return NULL;
    return g_strndup(dir, strlen(dir) - strlen(inside));
}

char *
dcc_installed_path(const char *path)
{
    g_autofree char *prefix = find_prefix();
    gsize length = strlen(DCC_PREFIX);

    if (prefix == NULL || strncmp(path, DCC_PREFIX, length) != 0 || path[length] != '/')
        return g_strdup(path);
    return g_strconcat(prefix, path + length, NULL);
}
