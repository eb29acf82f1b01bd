/* Children; see the header. */
#include "windows-kids.h"

DccChild
kids_start_words(const char *const *argv)
{
    const DccSpawn spawn = {
        .argv = argv, .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1, .new_session = TRUE};
    g_autoptr(GError) error = NULL;
    DccChild child;

    dcc_spawn(&spawn, &child, NULL, &error);
    g_assert_no_error(error);
    return child;
}

DccChild
kids_start(const char *hands, const char *mode, const char *argument)
{
    const char *const argv[] = {hands, mode, argument, NULL};

    return kids_start_words(argv);
}
