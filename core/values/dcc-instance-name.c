/* What an instance may be called. Threading: any. */
#include "dcc-instance-name.h"

#include "dcc-error.h"
#include <string.h>

#define MAX_NAME 64

static gboolean
is_name(const char *name)
{
    if (name == NULL || *name == '\0' || *name == '.' || *name == '-')
        return FALSE;
    if (strlen(name) > MAX_NAME)
        return FALSE;
    for (const char *p = name; *p != '\0'; p++)
        if (!g_ascii_isalnum(*p) && strchr("._-", *p) == NULL)
            return FALSE;
    return TRUE;
}

gboolean
dcc_instance_name_check(const char *name, GError **error)
{
    g_autofree char *shown = NULL;

    if (is_name(name))
        return TRUE;
    shown = g_utf8_make_valid(name != NULL ? name : "", -1);
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_INVALID,
                "\"%s\" is no name for an instance: use letters, digits, '.', '_' and '-', "
                "at most %d, not beginning with '.' or '-'",
                shown,
                MAX_NAME);
    return FALSE;
}
