/* What an ended Houdini left of work and evidence, in its own HOUDINI_TEMP_DIR.
 *
 * Names (20.5, public logs): crash.SCENE.USER_PID.hip (.hiplc, .hipnc), written first, and
 * crash.SCENE.USER_PID_log.txt (crash.USER_PID_log.txt without a scene). Users and scenes may hold
 * dots, digits and "_", so the pid is what stands before the end.
 * Contract: a crash file is this run's when its pid is, and when it is no older. One of another
 * pid is a child's: kept as evidence, never taken for the scene to go on from.
 */
#include "dcc-houdini.h"
#include "dcc-kit.h"
#include <string.h>

/* Of a file's time: kernels stamp files with the time of the last tick. */
#define SLACK_US 1000000

static const char *const scenes[] = {".hip", ".hiplc", ".hipnc"};

gboolean
dcc_houdini_is_scene(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(scenes); i++) {
        if (g_str_has_suffix(name, scenes[i]))
            return TRUE;
    }
    return FALSE;
}

static gboolean
is_log(const char *name)
{
    return g_str_has_suffix(name, "_log.txt");
}

static gboolean
is_crash_file(const char *name)
{
    return g_str_has_prefix(name, "crash.") && (dcc_houdini_is_scene(name) || is_log(name));
}

/* The number between the last "_" and the end that says what it is; 0: none. */
static gint64
read_pid(const char *name)
{
    const char *end = is_log(name) ? name + strlen(name) - strlen("_log.txt") : strrchr(name, '.');
    const char *digits = end;

    while (digits > name && g_ascii_isdigit(digits[-1]))
        digits--;
    return digits > name && digits < end && digits[-1] == '_' ? g_ascii_strtoll(digits, NULL, 10)
                                                              : 0;
}

/* Of another pid: a child's. */
static gboolean
find_crash_kind(const char *name, DccRescueKind *kind, gpointer data)
{
    DccExitInfo *info = data;

    if (!is_crash_file(name))
        return FALSE;
    *kind = is_log(name) || read_pid(name) != dcc_exit_info_get_pid(info) ? DCC_RESCUE_CRASH_REPORT
                                                                          : DCC_RESCUE_RECOVERY;
    return TRUE;
}

static gboolean
find_kind(const char *name, DccRescueKind *kind, gpointer data)
{
    if (is_crash_file(name))
        return FALSE;
    if (g_str_has_prefix(name, "dcchost-faults") || g_str_has_prefix(name, "dcchost-stacks"))
        *kind = DCC_RESCUE_STACKS;
    else if (dcc_houdini_is_scene(name) && strstr(name, "_rescue.")) /* the agent's */
        *kind = DCC_RESCUE_COPY;
    else if (dcc_houdini_is_scene(name)) /* autosaves, and a script's own copies */
        *kind = DCC_RESCUE_AUTOSAVE;
    else
        return FALSE;
    return TRUE;
}

GListModel *
dcc_houdini_list_rescue_files(DccAdapter *adapter, DccExitInfo *info, GError **error)
{
    g_autoptr(DccKitFiles) files = dcc_kit_files_new();
    const char *directory = dcc_exit_info_get_temp_dir(info);
    gint64 started = dcc_exit_info_get_started(info);

    dcc_kit_files_look(files, directory, MAX(started - SLACK_US, 0), find_crash_kind, info);
    dcc_kit_files_look(files, directory, 0, find_kind, NULL);
    return dcc_kit_files_end(files);
}

char *
dcc_houdini_find_crash_file(DccExitInfo *info, gboolean scene)
{
    g_autoptr(GListModel) files = dcc_houdini_list_rescue_files(NULL, info, NULL);

    for (guint i = 0; i < g_list_model_get_n_items(files); i++) {
        g_autoptr(DccRescueFile) file = g_list_model_get_item(files, i);
        const char *path = dcc_rescue_file_get_path(file);
        g_autofree char *name = g_path_get_basename(path);

        if (is_crash_file(name) && is_log(name) == !scene &&
            read_pid(name) == dcc_exit_info_get_pid(info))
            return g_filename_display_name(path);
    }
    return NULL;
}
