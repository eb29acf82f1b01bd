/* What an ended Maya left of work and evidence: in its own TMPDIR, where it writes them.
 *
 * Names: Autodesk's documentation, "recover a scene after a crash", until 2023
 * (user.YYYYMMDD.HHMM.ma) and since 2024 (scene[Recovered-user.YYYY-MM-DD-HH.MM].ma);
 * MayaCrashLogYYMMDD.HHMM.log (or .dmp) where crash reports are switched on.
 */
#include "dcc-kit.h"
#include "dcc-maya.h"
#include <string.h>

static gboolean
is_scene(const char *name)
{
    return g_str_has_suffix(name, ".ma") || g_str_has_suffix(name, ".mb");
}

/* "user.20190417.0215.ma"; the user may be empty. */
static gboolean
is_old_recovery(const char *name)
{
    static const char form[] = ".DDDDDDDD.DDDD.mX";
    gsize length = strlen(name);
    const char *end = name + length - strlen(form);

    if (length < strlen(form) || !is_scene(name))
        return FALSE;
    for (gsize i = 0; i < strlen(form) - 3; i++) {
        if (form[i] == 'D' ? !g_ascii_isdigit(end[i]) : end[i] != form[i])
            return FALSE;
    }
    return TRUE;
}

static gboolean
find_kind(const char *name, DccRescueKind *kind, gpointer data)
{
    if (is_scene(name) && (strstr(name, "[Recovered-") || is_old_recovery(name)))
        *kind = DCC_RESCUE_RECOVERY;
    else if (g_str_has_prefix(name, "MayaCrashLog") || g_str_has_suffix(name, ".crash.txt"))
        *kind = DCC_RESCUE_CRASH_REPORT;
    else if (g_str_has_prefix(name, "dcchost-faults") || g_str_has_prefix(name, "dcchost-stacks"))
        *kind = DCC_RESCUE_STACKS;
    else if (is_scene(name)) /* MAYA_AUTOSAVE_FOLDER may be here, and a script's own copies */
        *kind = DCC_RESCUE_AUTOSAVE;
    else
        return FALSE;
    return TRUE;
}

GListModel *
dcc_maya_list_rescue_files(DccAdapter *adapter, DccExitInfo *info, GError **error)
{
    g_autoptr(DccKitFiles) files = dcc_kit_files_new();

    dcc_kit_files_look(files, dcc_exit_info_get_temp_dir(info), 0, find_kind, NULL);
    return dcc_kit_files_end(files);
}
