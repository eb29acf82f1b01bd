/* Names of files: realpath() and fnmatch(). Threading: any. */
#include "dcc-file-name.h"

#include <fnmatch.h>
#include <stdlib.h>

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
