/* This very program. */
#include "cli-program.h"

#include <glib.h>
#include <unistd.h>

char *
cli_program_path(void)
{
    char *path = g_file_read_link("/proc/self/exe", NULL);

    if (path != NULL && access(path, X_OK) == 0)
        return path;
    g_free(path);
    return g_strdup("/proc/self/exe");
}
