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
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define AUTOSAVE  "-autosave.kra"
#define MAX_FILES 256

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

static const char *
name_crash(int number)
{
    static const struct {
        int number;
        const char *name;
    } crashes[] = {
        {SIGSEGV, "SIGSEGV"},
        {SIGABRT, "SIGABRT"},
        {SIGBUS, "SIGBUS"},
        {SIGFPE, "SIGFPE"},
        {SIGILL, "SIGILL"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(crashes); i++) {
        if (crashes[i].number == number)
            return crashes[i].name;
    }
    return NULL;
}

static DccVerdict *
judge_signal(DccExitInfo *info)
{
    int number = dcc_exit_info_get_signal(info);
    const char *crash = name_crash(number);
    g_autofree char *reason = NULL;

    if (dcc_exit_info_is_our_signal(info))
        return dcc_verdict_new(dcc_exit_info_was_requested(info) ? DCC_VERDICT_CLEAN
                                                                 : DCC_VERDICT_KILLED,
                               "ended by our signal; Krita itself saved nothing");
    if (crash)
        reason = g_strdup_printf("crashed (%s)", crash);
    else
        reason = g_strdup_printf("ended by signal %d (%s), which was not ours; Krita saved nothing",
                                 number,
                                 g_strsignal(number));
    if (!crash && number != SIGKILL && number != SIGXCPU)
        return dcc_verdict_new(DCC_VERDICT_CANCELLED, reason);
    return dcc_verdict_new(crash ? DCC_VERDICT_CRASH : DCC_VERDICT_KILLED, reason);
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
    if (dcc_exit_info_has_event(info, DCC_OUTPUT_BAD_SCENE, &text) &&
        (code != 0 || !dcc_exit_info_was_ready(info)))
        return dcc_verdict_new(DCC_VERDICT_BAD_SCENE, text ? text : "see the log");
    if (code == 0 && !dcc_exit_info_was_ready(info))
        return dcc_verdict_new(DCC_VERDICT_SUSPICIOUS, "said success before it was ready");
    return code == 0 ? dcc_verdict_new(DCC_VERDICT_CLEAN, "quit in order")
                     : dcc_verdict_new(DCC_VERDICT_FAILED, reason);
}

DccVerdict *
krita_judge_exit(DccAdapter *adapter, DccExitInfo *info)
{
    const char *reason = dcc_exit_info_get_reason(info);
    const char *text = NULL;

    if (dcc_exit_info_get_kind(info) == DCC_RESULT_LOST)
        return dcc_verdict_new(DCC_VERDICT_UNKNOWN, reason ? reason : "nobody saw how it ended");
    if (!dcc_exit_info_was_ready(info) && dcc_exit_info_has_event(info, DCC_OUTPUT_FATAL, &text))
        return dcc_verdict_new(
            text && strstr(text, "display") ? DCC_VERDICT_NO_DISPLAY : DCC_VERDICT_FAILED, text);
    if (dcc_exit_info_get_kind(info) == DCC_RESULT_SIGNALED)
        return judge_signal(info);
    return judge_code(info);
}

/* What to look for in a directory, and since when: what is older is of an earlier life. */
typedef struct {
    const char *directory, *prefix, *suffix;
    DccRescueKind kind;
    gint64 since; /* microseconds since 1970 */
} Place;

static gint64
get_changed(const char *path)
{
    struct stat st;

    if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_size == 0)
        return 0;
    return (gint64)st.st_mtim.tv_sec * 1000000 + st.st_mtim.tv_nsec / 1000;
}

static int
newest_first(gconstpointer a, gconstpointer b, gpointer data)
{
    gint64 one = get_changed(dcc_rescue_file_get_path((DccRescueFile *)a));
    gint64 other = get_changed(dcc_rescue_file_get_path((DccRescueFile *)b));

    return one == other ? 0 : one < other ? 1 : -1;
}

static void
look(GListStore *found, const Place *place)
{
    g_autoptr(GDir) dir = place->directory ? g_dir_open(place->directory, 0, NULL) : NULL;
    const char *name;

    while (dir && (name = g_dir_read_name(dir)) &&
           g_list_model_get_n_items(G_LIST_MODEL(found)) < MAX_FILES) {
        const char *visible = *name == '.' ? name + 1 : name;
        g_autofree char *path = g_build_filename(place->directory, name, NULL);
        g_autoptr(DccRescueFile) file = NULL;
        gint64 changed;

        if (!g_str_has_prefix(visible, place->prefix) || !g_str_has_suffix(name, place->suffix))
            continue;
        changed = get_changed(path);
        if (changed == 0 || changed < place->since)
            continue;
        file = dcc_rescue_file_new(place->kind, path);
        g_list_store_insert_sorted(found, file, newest_first, NULL);
    }
}

GListModel *
krita_list_rescue_files(DccAdapter *adapter, DccExitInfo *info, GError **error)
{
    g_autoptr(GListStore) found = g_list_store_new(DCC_TYPE_RESCUE_FILE);
    const char *scene = dcc_exit_info_get_scene(info);
    const char *temp = dcc_exit_info_get_temp_dir(info);
    gint64 since = dcc_exit_info_get_started(info);
    g_autofree char *of_pid =
        g_strdup_printf("krita-%" G_GINT64_FORMAT "-", dcc_exit_info_get_pid(info));
    gboolean named = scene && *scene == '/' && since > 0;
    g_autofree char *beside = named ? g_path_get_dirname(scene) : NULL;
    g_autofree char *base = named ? g_path_get_basename(scene) : NULL;
    g_autofree char *of_scene = named ? g_strconcat(base, AUTOSAVE, NULL) : NULL;
    const Place places[] = {
        {temp, "", ".kra", DCC_RESCUE_RECOVERY, 0}, /* the agent's, when somebody sent SIGTERM */
        {temp, "dcchost-", ".txt", DCC_RESCUE_STACKS, 0},
        {dcc_exit_info_get_pid(info) > 0 ? g_get_home_dir() : NULL,
         of_pid,
         AUTOSAVE,
         DCC_RESCUE_AUTOSAVE,
         since},
        {beside, named ? base : "", named ? of_scene : "", DCC_RESCUE_AUTOSAVE, since},
    };

    for (guint i = 0; i < G_N_ELEMENTS(places); i++)
        look(found, &places[i]);
    return G_LIST_MODEL(g_steal_pointer(&found));
}
