/* What Krita's output and its end mean, and what an ended Krita left.
 *
 * Krita has no crash handler of its own that writes anything: it dies by the signal. Its autosave
 * (every 7 minutes, changed documents only) lies
 *   beside the document: [.]NAME-autosave.kra
 *   in $HOME for a document without a name: [.]krita-PID-NAME-autosave.kra
 * with a dot where the preferences ask for hidden ones. Both are removed at an orderly quit. While
 * one lies there Krita asks at its next start, with a dialog; the core brings them into safety, so
 * a Krita that is started again is not held up by it.
 */
#include "krita.h"
#include <string.h>

#define AUTOSAVE "-autosave.kra"

static const struct {
    const char *needle;
    DccOutputKind kind;
    const char *meaning; /* NULL: the line itself */
} tellings[] = {
    {"dcchost: exported ", DCC_OUTPUT_SAVED, NULL},
    {"dcchost: cannot open ", DCC_OUTPUT_BAD_SCENE, NULL},
    {"krita.general: Could not load ", DCC_OUTPUT_BAD_SCENE, NULL},
    /* One resource database a user, and the Krita that has it open keeps the others out: they
     * wait in their start for as long as it runs. */
    {"database is locked",
     DCC_OUTPUT_FATAL,
     "another Krita of this user runs, and Krita waits until it has ended; close it first"},
    {"No module named 'PyQt5'",
     DCC_OUTPUT_FATAL,
     "Krita's Python finds no PyQt5, so no plug-in can run: install python3-pyqt5, and have no "
     "other python3 first on PATH"},
    {"qt.qpa.xcb: could not connect to display", DCC_OUTPUT_FATAL, NULL},
};

DccOutputEvent *
krita_read_line(DccAdapter *adapter, const char *line)
{
    for (guint i = 0; i < G_N_ELEMENTS(tellings); i++) {
        const char *found = strstr(line, tellings[i].needle);

        if (!found)
            continue;
        if (tellings[i].kind == DCC_OUTPUT_SAVED)
            found += strlen(tellings[i].needle);
        return dcc_output_event_new(tellings[i].kind,
                                    tellings[i].meaning ? tellings[i].meaning : found);
    }
    return NULL;
}

/* 0 after a quit, whoever asked for it, and also what kritarunner says of everything: there the
 * agent ends with a code of its own. */
static DccVerdict *
judge_code(DccExitInfo *info)
{
    int code = dcc_exit_info_get_code(info);
    const char *text = NULL;
    g_autofree char *reason = g_strdup_printf("ended with code %d", code);

    if (dcc_exit_info_was_requested(info))
        return dcc_verdict_new(DCC_VERDICT_CLEAN, "quit as asked");
    if (dcc_exit_info_has_event(info, DCC_OUTPUT_BAD_SCENE, &text) && code != 0)
        return dcc_verdict_new(DCC_VERDICT_BAD_SCENE, text ? text : "see the log");
    if (code == 0 && !dcc_exit_info_was_ready(info))
        return dcc_verdict_new(DCC_VERDICT_SUSPICIOUS, "said success before it was ready");
    return code == 0 ? dcc_verdict_new(DCC_VERDICT_CLEAN, "quit in order")
                     : dcc_verdict_new(DCC_VERDICT_FAILED, reason);
}

/* What kept it from ever being ready. */
static DccVerdict *
judge_start(DccExitInfo *info)
{
    const char *text = NULL;

    if (dcc_exit_info_was_ready(info) || !dcc_exit_info_has_event(info, DCC_OUTPUT_FATAL, &text) ||
        !text)
        return NULL;
    return dcc_verdict_new(strstr(text, "display") ? DCC_VERDICT_NO_DISPLAY : DCC_VERDICT_FAILED,
                           text);
}

static DccVerdict *
judge_signal(DccExitInfo *info)
{
    return dcc_kit_judge_signal(info, "Krita");
}

DccVerdict *
krita_judge_exit(DccAdapter *adapter, DccExitInfo *info)
{
    static const DccKitJudge judges[] = {
        dcc_kit_judge_lost, judge_start, judge_signal, dcc_kit_judge_scene, judge_code};

    return dcc_kit_first_verdict(info, judges, G_N_ELEMENTS(judges));
}

/* The names that Krita gives to autosaves of this process, or of this document, with a dot before
 * them or without. */
typedef struct {
    const char *prefix, *suffix;
    DccRescueKind kind;
} Names;

static gboolean
find_kind(const char *name, DccRescueKind *kind, gpointer data)
{
    const Names *names = data;
    const char *visible = *name == '.' ? name + 1 : name;

    *kind = names->kind;
    return g_str_has_prefix(visible, names->prefix) && g_str_has_suffix(name, names->suffix);
}

/* Beside the document that was open. */
static void
look_beside(DccKitFiles *files, const char *scene, gint64 since)
{
    g_autofree char *directory = g_path_get_dirname(scene);
    g_autofree char *base = g_path_get_basename(scene);
    g_autofree char *autosave = g_strconcat(base, AUTOSAVE, NULL);
    Names names = {base, autosave, DCC_RESCUE_AUTOSAVE};

    dcc_kit_files_look(files, directory, since, find_kind, &names);
}

/* At home, of documents without a name. */
static void
look_at_home(DccKitFiles *files, gint64 pid, gint64 since)
{
    g_autofree char *prefix = g_strdup_printf("krita-%" G_GINT64_FORMAT "-", pid);
    Names names = {prefix, AUTOSAVE, DCC_RESCUE_AUTOSAVE};

    dcc_kit_files_look(files, g_get_home_dir(), since, find_kind, &names);
}

GListModel *
krita_list_rescue_files(DccAdapter *adapter, DccExitInfo *info, GError **error)
{
    /* The agent's, when somebody sent SIGTERM; and stacks. */
    static Names copies = {"", ".kra", DCC_RESCUE_RECOVERY};
    static Names stacks = {"dcchost-", ".txt", DCC_RESCUE_STACKS};
    g_autoptr(DccKitFiles) files = dcc_kit_files_new();
    const char *scene = dcc_exit_info_get_scene(info);
    const char *temp = dcc_exit_info_get_temp_dir(info);
    gint64 since = dcc_exit_info_get_started(info);

    dcc_kit_files_look(files, temp, 0, find_kind, &copies);
    dcc_kit_files_look(files, temp, 0, find_kind, &stacks);
    if (dcc_exit_info_get_pid(info) > 0)
        look_at_home(files, dcc_exit_info_get_pid(info), since);
    if (scene && *scene == '/' && since > 0)
        look_beside(files, scene, since);
    return dcc_kit_files_end(files);
}
