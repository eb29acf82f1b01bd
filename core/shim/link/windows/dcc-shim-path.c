/* Where the shim is: nowhere, a session is the parent of its application itself. Threading: any. */
#include "dcc-shim-path.h"

#include "dcc-error.h"
#include "dcc-shim-link.h"

char *
dcc_shim_path(GError **error)
{
    g_set_error_literal(error,
                        DCC_ERROR,
                        DCC_ERROR_NOT_SUPPORTED,
                        "there is no shim on Windows: sessions start applications themselves");
    return NULL;
}

gboolean
dcc_shim_link_find_shim(char **shim, GError **error)
{
    *shim = NULL;
    return TRUE;
}
