/* Windows has its windows on the desktop of whoever is logged in; nothing names it. Threading: any. */
#include "dcc-display.h"

gboolean
dcc_display_is_gone(const char *const *environment)
{
    return FALSE;
}

gboolean
dcc_display_needs_no_name(void)
{
    return TRUE;
}
