/* What an ended Blender left of work and evidence.
 *
 * Problem: Blender writes into the run's TMPDIR, unless the artist's preference "Temporary Files"
 * names another directory: then autosaves, quit.blend and crash reports lie among those of other
 * Blenders. Contract: of TMPDIR everything that has a kind; of a directory that the run shares with
 * others only what is certain to be its own: an autosave with its process id, and the file that its
 * own output names, and neither older than the run. Which directory that is the output says when
 * Blender ends or crashes, and the agent while it lives.
 */
#include "dcc-blender.h"
#include "dcc-kit.h"
#include <string.h>

/* Of a file's time: kernels stamp files with the time of the last tick. */
#define SLACK_US 1000000
#define RECOVERY "Saved session recovery to "
#define QUIT     "quit.blend"
#define AUTOSAVE "_autosave.blend"

static const struct {
    const char *prefix, *suffix;
    DccRescueKind kind;
} kinds[] = {
    {"quit", ".blend", DCC_RESCUE_RECOVERY}, /* a window that quit */
    {"", AUTOSAVE, DCC_RESCUE_AUTOSAVE},
    {"", "_rescue.blend", DCC_RESCUE_COPY}, /* the agent's, of unsaved work */
    {"", ".crash.txt", DCC_RESCUE_CRASH_REPORT},
    {"dcchost-faults", ".txt", DCC_RESCUE_STACKS},
    {"dcchost-stacks", ".txt", DCC_RESCUE_STACKS},
};

static gboolean
find_kind(const char *name, DccRescueKind *kind, gpointer data)
{
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (!g_str_has_prefix(name, kinds[i].prefix) || !g_str_has_suffix(name, kinds[i].suffix))
            continue;
        if (kinds[i].kind == DCC_RESCUE_RECOVERY && strcmp(name, QUIT) != 0)
            continue;
        *kind = kinds[i].kind;
        return TRUE;
    }
    return FALSE;
}

/* What tells of a directory that the run shares with others. */
typedef struct {
    DccKitFiles *files;
    gint64 since;
    gint64 pid;
} Sharing;

/* "4711_autosave.blend" of a scene without a name, else "shot_4711_autosave.blend". */
static gboolean
is_own_autosave(const char *name, DccRescueKind *kind, gpointer data)
{
    const Sharing *sharing = data;
    g_autofree char *own = g_strdup_printf("%" G_GINT64_FORMAT AUTOSAVE, sharing->pid);
    gsize length = strlen(name), own_length = strlen(own);

    *kind = DCC_RESCUE_AUTOSAVE;
    return sharing->pid > 0 && g_str_has_suffix(name, own) &&
           (length == own_length || name[length - own_length - 1] == '_');
}

/* A file that the output names, and the autosaves beside it. */
static void
add_named(Sharing *sharing, DccRescueKind kind, const char *path)
{
    g_autofree char *directory = g_path_get_dirname(path);

    if (!g_path_is_absolute(path))
        return;
    dcc_kit_files_add(sharing->files, kind, path, sharing->since);
    dcc_kit_files_look(sharing->files, directory, sharing->since, is_own_autosave, sharing);
}

/* "Saved session recovery to '/t/quit.blend'", and since 4.3 the path between double quotes. */
static void
add_recovery(Sharing *sharing, DccExitInfo *info)
{
    const char *line = dcc_kit_find_line(info, RECOVERY);
    const char *begin = line ? strstr(line, RECOVERY) + strlen(RECOVERY) : NULL;
    g_autofree char *path = NULL;

    if (!begin || (*begin != '\'' && *begin != '"') || begin[strlen(begin) - 1] != *begin)
        return;
    path = g_strndup(begin + 1, MAX(strlen(begin), 2) - 2);
    if (!g_str_has_suffix(path, "/" QUIT))
        return;
    add_named(sharing, DCC_RESCUE_RECOVERY, path);
}

static void
add_report(Sharing *sharing, DccExitInfo *info)
{
    const char *path = NULL;

    if (dcc_exit_info_has_event(info, DCC_OUTPUT_CRASH, &path) && path)
        add_named(sharing, DCC_RESCUE_CRASH_REPORT, path);
}

/* The agent's word: the directory, and Blender's own process id, which is another one below a
 * wrapper. */
static void
add_told(Sharing *sharing, DccExitInfo *info)
{
    const char *temp = dcc_exit_info_get_temp_dir(info);
    g_autofree char *note = temp ? g_build_filename(temp, DCC_BLENDER_TEMP_NOTE, NULL) : NULL;
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    if (!note || !g_file_get_contents(note, &text, NULL, NULL))
        return;
    lines = g_strsplit(text, "\n", 3);
    if (!lines[0] || !g_path_is_absolute(lines[0]))
        return;
    dcc_kit_files_look(sharing->files, lines[0], sharing->since, is_own_autosave, sharing);
    if (lines[1] && g_ascii_isdigit(*lines[1]))
        sharing->pid = g_ascii_strtoll(lines[1], NULL, 10);
    dcc_kit_files_look(sharing->files, lines[0], sharing->since, is_own_autosave, sharing);
}

GListModel *
dcc_blender_list_rescue_files(DccAdapter *adapter, DccExitInfo *info, GError **error)
{
    g_autoptr(DccKitFiles) files = dcc_kit_files_new();
    Sharing sharing = {.files = files,
                       .since = MAX(dcc_exit_info_get_started(info) - SLACK_US, 0),
                       .pid = dcc_exit_info_get_pid(info)};

    dcc_kit_files_look(files, dcc_exit_info_get_temp_dir(info), 0, find_kind, NULL);
    add_told(&sharing, info);
    add_recovery(&sharing, info);
    add_report(&sharing, info);
    return dcc_kit_files_end(files);
}
