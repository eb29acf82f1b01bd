/* The window server is the user's session itself, and no variable names it. Compiled and linked for macOS, never run. Threading: any. */
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
