/* The environment that sessions and applications inherit.
 *
 * `./dev env` gives a shell what Python and compilers need to use the build. An application that
 * inherited it would load another dcchost's library, or Python modules, that it knows nothing of.
 * DCCHOST_DEV_PATHS names the directories; what else the variables hold stays. */
#include "cli-environment.h"

#include <glib.h>

#define DEV_PATHS "DCCHOST_DEV_PATHS"

static void
take_out(const char *variable, const char *const *unwanted)
{
    g_auto(GStrv) parts = NULL;
    g_autoptr(GPtrArray) kept = g_ptr_array_new();
    g_autofree char *value = NULL;

    if (g_getenv(variable) == NULL)
        return;
    parts = g_strsplit(g_getenv(variable), G_SEARCHPATH_SEPARATOR_S, -1);
    for (char **p = parts; *p != NULL; p++)
        if (!g_strv_contains(unwanted, *p))
            g_ptr_array_add(kept, *p);
    if (kept->len == 0) {
        g_unsetenv(variable);
        return;
    }
    g_ptr_array_add(kept, NULL);
    value = g_strjoinv(G_SEARCHPATH_SEPARATOR_S, (char **)kept->pdata);
    g_setenv(variable, value, TRUE);
}

static void
ignore(const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
}

/* A user without an entry in the user database and without HOME, as in some containers: GLib warns
 * twice of it before a home is needed. What cannot be made there is an error later, with what to
 * do. GLib asks once and remembers. */
static void
look_for_home(void)
{
    guint handler;

    if (g_getenv("HOME") != NULL)
        return;
    handler = g_log_set_handler("GLib", G_LOG_LEVEL_WARNING, ignore, NULL);
    g_get_home_dir();
    g_get_user_name();
    g_log_remove_handler("GLib", handler);
}

void
cli_environment_clean(void)
{
    static const char *const variables[] = {
        "LD_LIBRARY_PATH", "GI_TYPELIB_PATH", "PYTHONPATH", "PKG_CONFIG_PATH"};
    g_auto(GStrv) unwanted = NULL;

    look_for_home();
    if (g_getenv(DEV_PATHS) == NULL)
        return;
    unwanted = g_strsplit(g_getenv(DEV_PATHS), G_SEARCHPATH_SEPARATOR_S, -1);
    for (guint i = 0; i < G_N_ELEMENTS(variables); i++)
        take_out(variables[i], (const char *const *)unwanted);
    g_unsetenv(DEV_PATHS);
}
