/* Names of files: realpath() and fnmatch(). Threading: any. */
#include "dcc-file-name.h"

#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

gboolean
dcc_file_name_find_root(const char *path, gsize *length)
{
    *length = 0;
    return *path == '/';
}

char **
dcc_file_name_list_roots(void)
{
    return g_new0(char *, 1);
}

char *
dcc_file_name_normalize(const char *path)
{
    return g_strdup(path);
}

char *
dcc_file_name_of_program(const char *name)
{
    return g_strdup(name);
}

gboolean
dcc_file_name_is_program(const char *path)
{
    return access(path, X_OK) == 0;
}

char *
dcc_file_name_resolve(const char *path)
{
    char *real = realpath(path, NULL);
    char *copy = g_strdup(real);

    free(real);
    return copy;
}

gboolean
dcc_file_name_matches(const char *name, const char *pattern)
{
    return fnmatch(pattern, name, FNM_PERIOD) == 0;
}

gboolean
dcc_file_name_is_too_long(const char *path)
{
    g_autofree char *name = g_path_get_basename(path);

    return strlen(name) > NAME_MAX || strlen(path) >= PATH_MAX;
}
