/* What the user's login knows: the window server needs no name here, and the system keeps no directory of a login's. A
 * terminal's variables are nobody else's to read. Compiled and linked for macOS, never run. Threading: any. */
#include "dcc-login.h"

char *
dcc_login_find_runtime_dir(const char *dirs)
{
    return NULL;
}

char **
dcc_login_complete_environment(char **environment, char **from)
{
    *from = g_strdup("the window server, which needs no name");
    return environment;
}
