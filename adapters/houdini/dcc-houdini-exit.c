/* What an end of Houdini means.
 *
 * Problem: nobody has written down with which status a handled crash ends, 3 is a missing licence
 * or a script's own 3, and 0 at once is a houdini that went into the background. Contract: the
 * order below, first that fits. A crash has its file, its line or its signal; a licence its text.
 */
#include "dcc-houdini.h"
#include "dcc-kit.h"
#include <string.h>

#define CODE_UNCAUGHT   1
#define CODE_NO_LICENCE 3
/* What the wrappers' shell says when NAME-bin cannot be executed, or is not there. */
#define CODE_NO_RIGHTS  126
#define CODE_NO_PROGRAM 127
/* Whoever breaks this soon and leaves nothing has not begun (libtinfo.so.5, an OFX plug-in). */
#define AT_ONCE_US (5 * G_USEC_PER_SEC)
#define TRACEBACK  "Traceback (most recent call last)"

static gboolean
was_short(DccExitInfo *info)
{
    gint64 started = dcc_exit_info_get_started(info), ended = dcc_exit_info_get_ended(info);

    return started > 0 && ended > 0 && ended - started < AT_ONCE_US;
}

/* By the code and the text; a window stays with its dialog, and is ended by us for not being ready.
 */
static DccVerdict *
judge_licence(DccExitInfo *info)
{
    const char *text = NULL;
    gboolean waited = !dcc_exit_info_was_ready(info) && dcc_exit_info_is_our_signal(info);

    if (!dcc_exit_info_has_event(info, DCC_OUTPUT_LICENCE, &text) || !text)
        return NULL;
    if (strstr(text, "initializing Houdini") && !dcc_kit_is_zero(info) && !waited)
        return dcc_kit_verdict(
            DCC_VERDICT_LICENCE, "could not begin, which is how a missing licence looks: %s", text);
    if (!waited && dcc_exit_info_get_code(info) != CODE_NO_LICENCE)
        return NULL;
    return dcc_kit_verdict(DCC_VERDICT_LICENCE, "no licence: %s", text);
}

static DccVerdict *
judge_requested(DccExitInfo *info)
{
    const char *signal = dcc_kit_crash_signal(dcc_kit_find_signal(info));
    g_autofree char *log = dcc_houdini_find_crash_file(info, FALSE);

    if (!dcc_exit_info_was_requested(info))
        return NULL;
    if (signal || log)
        return dcc_kit_verdict(DCC_VERDICT_CLEAN,
                               "quit as asked; it broke (%s) while it was taken down",
                               signal ? signal : log);
    if (dcc_exit_info_is_our_signal(info) && dcc_exit_info_get_kind(info) == DCC_RESULT_SIGNALED)
        return dcc_kit_judge_signal(info, "Houdini");
    return dcc_kit_verdict(DCC_VERDICT_CLEAN, "quit as asked");
}

static gboolean
is_half_there(DccExitInfo *info)
{
    int code = dcc_exit_info_get_code(info);

    return dcc_exit_info_get_kind(info) == DCC_RESULT_EXITED &&
           (code == CODE_NO_RIGHTS || code == CODE_NO_PROGRAM);
}

static DccVerdict *
judge_library(DccExitInfo *info)
{
    const char *line = dcc_kit_find_line(info, "error while loading shared libraries");

    if (dcc_exit_info_was_ready(info) || (!line && !is_half_there(info)))
        return NULL;
    if (line)
        return dcc_kit_verdict(DCC_VERDICT_BROKEN_INSTALL, "%s", line);
    return dcc_kit_verdict(DCC_VERDICT_BROKEN_INSTALL,
                           "a program of Houdini's is missing or may not be executed (code "
                           "%d); install it again",
                           dcc_exit_info_get_code(info));
}

/* The crash line of this process, and of no child of it; NULL: none. */
static const char *
find_crash_line(DccExitInfo *info)
{
    const char *const *lines = dcc_exit_info_get_last_lines(info);
    gint64 pid = dcc_exit_info_get_pid(info);
    const char *text = NULL;

    if (dcc_exit_info_has_event(info, DCC_OUTPUT_CRASH, &text) && text &&
        dcc_houdini_is_line_of(text, pid))
        return text;
    for (guint i = 0; lines && lines[i]; i++) {
        if (dcc_houdini_is_line_of(lines[i], pid))
            return lines[i];
    }
    return NULL;
}

static DccVerdict *
judge_crash(DccExitInfo *info)
{
    g_autofree char *scene = dcc_houdini_find_crash_file(info, TRUE);
    g_autofree char *log = dcc_houdini_find_crash_file(info, FALSE);
    const char *signal = dcc_kit_crash_signal(dcc_kit_find_signal(info));
    const char *line = find_crash_line(info);
    const char *how = signal ? signal : "reported";

    if (!scene && !log && !line && !signal)
        return NULL;
    if (scene)
        return dcc_kit_verdict(
            DCC_VERDICT_CRASH, "crashed (%s); it saved %s%s", how, scene, log ? "" : ", no log");
    if (log)
        return dcc_kit_verdict(DCC_VERDICT_CRASH, "crashed (%s); its log is %s", how, log);
    if (signal && !line && was_short(info) && !dcc_exit_info_was_ready(info))
        return dcc_kit_verdict(
            DCC_VERDICT_BROKEN_INSTALL,
            "broke at its start (%s) and left nothing: a library is missing (libtinfo.so.5) or a "
            "plug-in breaks it (OFX); see the log",
            signal);
    return dcc_kit_verdict(
        DCC_VERDICT_CRASH, "crashed (%s) and left no crash scene", line ? line : signal);
}

/* Of a render the script says it, which opens the scene itself: hython was ready before. */
static DccVerdict *
judge_scene(DccExitInfo *info)
{
    const char *text = NULL;

    if (!dcc_exit_info_is_job(info) || dcc_kit_is_zero(info) || dcc_exit_info_was_requested(info) ||
        !dcc_exit_info_has_event(info, DCC_OUTPUT_BAD_SCENE, &text))
        return dcc_kit_judge_scene(info);
    return dcc_kit_verdict(DCC_VERDICT_BAD_SCENE, "%s", text ? text : "see the log");
}

static gboolean
is_unproved(DccExitInfo *info)
{
    const char *directory = dcc_exit_info_get_temp_dir(info);
    g_autofree char *mark =
        directory ? g_build_filename(directory, DCC_HOUDINI_UNPROVED, NULL) : NULL;

    return mark && g_file_test(mark, G_FILE_TEST_EXISTS);
}

static DccVerdict *
judge_zero(DccExitInfo *info)
{
    if (dcc_exit_info_has_event(info, DCC_OUTPUT_DONE, NULL))
        return dcc_kit_verdict(DCC_VERDICT_CLEAN, "quit in order");
    if (is_unproved(info))
        return dcc_kit_verdict(DCC_VERDICT_SUSPICIOUS,
                               "said success before its script had come to its end");
    if (!dcc_exit_info_was_ready(info) && !dcc_exit_info_is_job(info) && was_short(info))
        return dcc_kit_verdict(DCC_VERDICT_SUSPICIOUS,
                               "ended at once with code 0, as a houdini does that goes on in "
                               "the background: does a wrapper drop -foreground?");
    return dcc_kit_verdict(DCC_VERDICT_CLEAN, "quit in order");
}

static DccVerdict *
judge_code(DccExitInfo *info)
{
    int code = dcc_exit_info_get_code(info);
    const char *text = NULL;

    /* Python's own code for it. Another one was chosen, whatever was printed before. */
    if (code == CODE_UNCAUGHT && dcc_kit_find_line(info, TRACEBACK))
        return dcc_kit_verdict(DCC_VERDICT_SCRIPT_ERROR,
                               "a script failed (code %d); its traceback is in the log",
                               code);
    if (dcc_exit_info_has_event(info, DCC_OUTPUT_LICENCE, &text))
        return dcc_kit_verdict(
            DCC_VERDICT_FAILED, "ended with code %d, after: %s", code, text ? text : "");
    return dcc_kit_verdict(
        DCC_VERDICT_FAILED, "ended with code %d, which is hou.exit's or a script's", code);
}

static DccVerdict *
judge_signal(DccExitInfo *info)
{
    return dcc_kit_judge_signal(info, "Houdini");
}

static DccVerdict *
judge_status(DccExitInfo *info)
{
    return dcc_kit_is_zero(info) ? judge_zero(info) : judge_code(info);
}

DccVerdict *
dcc_houdini_judge_exit(DccAdapter *adapter, DccExitInfo *info)
{
    static const DccKitJudge judges[] = {dcc_kit_judge_lost,
                                         judge_licence,
                                         judge_requested,
                                         judge_library,
                                         judge_crash,
                                         judge_scene,
                                         dcc_kit_judge_memory,
                                         judge_signal,
                                         judge_status};

    return dcc_kit_first_verdict(info, judges, G_N_ELEMENTS(judges));
}
