/* The names of an instance and of its files. */
#include "dcc-instance-files.h"

#include <string.h>

gboolean
dcc_instance_dir_is_name(const char *name)
{
    gsize length = name != NULL ? strlen(name) : 0;

    if (length == 0 || length > DCC_INSTANCE_NAME_MAX || *name == '.' || *name == '-')
        return FALSE;
    for (const char *c = name; *c != '\0'; c++)
        if (!g_ascii_isalnum(*c) && strchr("._-", *c) == NULL)
            return FALSE;
    return TRUE;
}
