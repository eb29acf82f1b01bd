/* No such copies: a DLL is loaded by a path, and while it is loaded its file cannot be written to or
 * replaced, which is what a copy is for elsewhere. Threading: any. */
#include "dcc-sealed-file.h"

int
dcc_sealed_file_copy(int fd, const char *name, gint64 size)
{
    return -1;
}

char *
dcc_sealed_file_get_path(int sealed, guint n)
{
    return NULL;
}
