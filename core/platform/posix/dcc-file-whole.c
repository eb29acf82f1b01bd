/* Names of files; see the header. Threading: any. */
#include "dcc-file-whole.h"

#include <stdio.h>
#include <unistd.h>

gboolean
dcc_file_whole_move(const char *from, const char *to)
{
    return rename(from, to) == 0;
}

gboolean
dcc_file_whole_link(const char *path, const char *name)
{
    return link(path, name) == 0;
}

gboolean
dcc_file_whole_point(const char *name, const char *path)
{
    return symlink(path, name) == 0;
}

char *
dcc_file_whole_read_pointer(const char *name)
{
    return g_file_read_link(name, NULL);
}
