/* The user, by the token of this process. Threading: any. */
#include "dcc-user.h"

#include "dcc-owner.h"

guint
dcc_user_get_id(void)
{
    return dcc_owner_get_own_number();
}

char *
dcc_user_find_home(void)
{
    return g_strdelimit(g_strdup(g_get_home_dir()), "\\", '/');
}

/* %LOCALAPPDATA%, which no other user reads. */
char *
dcc_user_make_runtime_path(const char *program)
{
    g_autofree char *path = g_build_filename(g_get_user_data_dir(), program, "run", NULL);

    return g_strdelimit(g_steal_pointer(&path), "\\", '/');
}
