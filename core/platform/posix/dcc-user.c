/* The user: effective for files, real for the home. Threading: any. */
#include "dcc-user.h"

#include <pwd.h>
#include <unistd.h>

guint
dcc_user_get_id(void)
{
    return (guint)geteuid();
}

char *
dcc_user_find_home(void)
{
    struct passwd *entry = getpwuid(getuid());

    return g_strdup(entry != NULL && entry->pw_dir != NULL ? entry->pw_dir : "/");
}

/* $TMPDIR is another one in each application that was launched. */
char *
dcc_user_make_runtime_path(const char *program)
{
    return g_strdup_printf("/tmp/%s-%u", program, dcc_user_get_id());
}

char *
dcc_user_make_state_path(const char *program)
{
    return g_build_filename(g_get_home_dir(), ".local", "state", program, NULL);
}

char *
dcc_user_make_cache_path(const char *program)
{
    return g_build_filename(g_get_home_dir(), ".cache", program, NULL);
}

/* Not g_get_tmp_dir(): that is what it was when it was first asked for. */
char *
dcc_user_find_temp_dir(void)
{
    const char *given = g_getenv("TMPDIR");

    if (given != NULL && g_path_is_absolute(given) && g_file_test(given, G_FILE_TEST_IS_DIR))
        return g_strdup(given);
    return g_strdup("/tmp");
}
