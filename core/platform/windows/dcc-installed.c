/* Where the files of this dcchost are: below the directory above the one that its DLL lies in, as an
 * installed tree has it. Threading: any. */
#include "dcc-installed.h"

#include "dcc-wide.h"

#include <string.h>

#include <windows.h>

#define MOST_LETTERS 32767

static char *
find_module(void)
{
    g_autofree WCHAR *path = g_new0(WCHAR, MOST_LETTERS + 1);
    HMODULE module = NULL;

    if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
                                GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                            (LPCWSTR)(gpointer)dcc_installed_path,
                            &module) ||
        GetModuleFileNameW(module, path, MOST_LETTERS) == 0)
        return NULL;
    return dcc_narrow_path((const gunichar2 *)path);
}

char *
dcc_installed_path(const char *path)
{
    g_autofree char *module = find_module();
    g_autofree char *bin = module != NULL ? g_path_get_dirname(module) : NULL;
    g_autofree char *prefix = bin != NULL ? g_path_get_dirname(bin) : NULL;
    gsize length = strlen(DCC_PREFIX);

    if (bin == NULL || !g_str_has_suffix(bin, "/bin") || strncmp(path, DCC_PREFIX, length) != 0)
        return g_strdup(path);
    return g_build_path("/", prefix, path + length, NULL);
}
