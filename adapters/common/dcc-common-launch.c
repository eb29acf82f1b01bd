/* What launches have in common, whatever application they are of. */
#include "dcc-common.h"
#include "dcc-error.h"
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHARED_AGENT "dcchost_agent.py"

/* The user's --env comes after the session's own environment; the last word wins. */
const char *
dcc_common_find_env(DccLaunchRequest *request, const char *key)
{
    const char *const *settings = dcc_launch_request_get_env(request);
    const char *value = g_getenv(key);
    gsize length = strlen(key);

    for (guint i = 0; settings && settings[i]; i++) {
        if (strncmp(settings[i], key, length) == 0 && settings[i][length] == '=')
            value = settings[i] + length + 1;
    }
    return value && *value ? value : NULL;
}

gboolean
dcc_common_check_display(DccLaunchRequest *request, GError **error)
{
    if (dcc_common_find_env(request, "DISPLAY") || dcc_common_find_env(request, "WAYLAND_DISPLAY"))
        return TRUE;
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_INVALID,
                "no display to open a window on: neither DISPLAY nor WAYLAND_DISPLAY is set; use "
                "--headless, or name a display with --env DISPLAY=:0");
    return FALSE;
}

gboolean
dcc_common_check_scene(const char *path, GError **error)
{
    g_autofree char *name = g_filename_display_name(path);
    struct stat st;
    const char *why = NULL;

    if (stat(path, &st) != 0 || access(path, R_OK) != 0)
        why = g_strerror(errno);
    else if (!S_ISREG(st.st_mode))
        why = "it is no file";
    else if (st.st_size == 0)
        why = "it is empty";
    if (why)
        g_set_error(
            error, DCC_ERROR, DCC_ERROR_SCENE, "scene '%s' cannot be opened: %s", name, why);
    return why == NULL;
}

char *
dcc_common_find_beside(const char *executable, const char *name, const char *title, GError **error)
{
    g_autofree char *directory = g_path_get_dirname(executable);
    g_autofree char *path = g_build_filename(directory, name, NULL);

    if (access(path, X_OK) == 0)
        return g_steal_pointer(&path);
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_NOT_INSTALLED,
                "'%s' cannot be started: %s; this %s is not whole, install it again",
                path,
                g_strerror(errno),
                title);
    return NULL;
}

void
dcc_common_add_temp_dir(DccLaunchPlan *plan, DccLaunchRequest *request)
{
    const char *const keys[] = {"TMPDIR", "TMP", "TEMP"};
    const char *directory = dcc_launch_request_get_temp_dir(request);

    for (guint i = 0; directory && i < G_N_ELEMENTS(keys); i++)
        dcc_launch_plan_set_env(plan, keys[i], directory);
}

static void
add_file(
    DccLaunchPlan *plan, const char *directory, const char *name, const char *content, gsize size)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    g_autoptr(GBytes) bytes = g_bytes_new_static(content, size);

    dcc_launch_plan_add_file(plan, path, bytes);
}

char *
dcc_common_add_agent(DccLaunchPlan *plan,
                     DccLaunchRequest *request,
                     const char *directory,
                     const char *name,
                     const char *content,
                     gsize size)
{
    add_file(plan, directory, name, content, size);
    add_file(plan, directory, SHARED_AGENT, dcc_shared_agent, dcc_shared_agent_size);
    return g_build_filename(dcc_launch_request_get_private_dir(request), directory, name, NULL);
}
