/* The user, by the token of this process. Threading: any. */
#include "dcc-user.h"

#include "dcc-owner.h"

#include <glib/gstdio.h>

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

/* Below %LOCALAPPDATA%, which no other user reads. */
static char *
make_path(const char *program, const char *what)
{
    g_autofree char *parent = g_build_filename(g_get_user_data_dir(), program, NULL);
    g_autofree char *path = g_build_filename(parent, what, NULL);

    g_mkdir_with_parents(parent, 0700);
    return g_strdelimit(g_steal_pointer(&path), "\\", '/');
}

char *
dcc_user_make_runtime_path(const char *program)
{
    return make_path(program, "run");
}

char *
dcc_user_make_state_path(const char *program)
{
    return make_path(program, "state");
}

char *
dcc_user_make_cache_path(const char *program)
{
    return make_path(program, "cache");
}

/* Not g_get_tmp_dir(): that is what it was when it was first asked for. */
char *
dcc_user_find_temp_dir(void)
{
    static const char *const names[] = {"TMP", "TEMP"};
    g_autofree char *path = NULL;

    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        const char *given = g_getenv(names[i]);

        if (given != NULL && g_path_is_absolute(given) && g_file_test(given, G_FILE_TEST_IS_DIR))
            return g_strdelimit(g_strdup(given), "\\", '/');
    }
    path = g_build_filename(g_get_user_data_dir(), "Temp", NULL);
    return g_strdelimit(g_steal_pointer(&path), "\\", '/');
}
