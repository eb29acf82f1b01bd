/* What an end of Blender means.
 *
 * Problem: Blender's exit code says little. 1 is "something said stop", a script's failure is 0
 * where nobody asked for better, and a crash may be want of memory. The lines before the end tell
 * the rest. Contract: the order below; the first that fits wins. What is not known is not called
 * clean.
 */
#include "dcc-blender.h"
#include "dcc-kit.h"
#include <string.h>

#define CODE_INTERRUPTED 1
#define CODE_KILLED      2
#define CODE_NO_LOADER   127

/* The last line that names a failure of this kind, or of any (UNKNOWN); the failure named is put in
 * *kind. */
static const char *
find_failure(DccExitInfo *info, DccVerdictKind *kind)
{
    const char *const *lines = dcc_exit_info_get_last_lines(info);
    DccVerdictKind wanted = *kind;

    for (guint n = lines ? g_strv_length((char **)lines) : 0; n > 0; n--) {
        DccVerdictKind found = dcc_blender_judge_line(lines[n - 1]);

        if (found == DCC_VERDICT_UNKNOWN || (wanted != DCC_VERDICT_UNKNOWN && found != wanted))
            continue;
        *kind = found;
        return dcc_blender_strip_line(lines[n - 1]);
    }
    return NULL;
}

static const char *
find_failure_of(DccExitInfo *info, DccVerdictKind kind)
{
    return find_failure(info, &kind);
}

/* signal: the crash signal's name, also where a wrapper's code alone tells it. */
static DccVerdict *
judge_crash_signal(DccExitInfo *info, const char *signal)
{
    const char *report = NULL, *library;

    if (dcc_exit_info_has_event(info, DCC_OUTPUT_CRASH, &report) && report)
        return dcc_kit_verdict(DCC_VERDICT_CRASH, "crashed (%s); its report is %s", signal, report);
    /* A library that is not there makes it abort, without a report. */
    library =
        strcmp(signal, "SIGABRT") == 0 ? find_failure_of(info, DCC_VERDICT_BROKEN_INSTALL) : NULL;
    if (library)
        return dcc_kit_verdict(DCC_VERDICT_BROKEN_INSTALL, "%s", library);
    return dcc_kit_verdict(DCC_VERDICT_CRASH, "crashed (%s) without a report", signal);
}

static DccVerdict *
judge_signal(DccExitInfo *info)
{
    const char *crash = dcc_kit_crash_signal(dcc_kit_find_signal(info));

    return crash ? judge_crash_signal(info, crash) : dcc_kit_judge_signal(info, "Blender");
}

static gboolean
is_any_line(DccExitInfo *info, const char *const *words)
{
    for (guint i = 0; words[i]; i++) {
        if (dcc_kit_find_line(info, words[i]))
            return TRUE;
    }
    return FALSE;
}

/* A render that saved nothing has done nothing, whatever its code; but for frames that were there.
 * A movie's frames are said to be saved in words of which not all are known: there it takes more
 * than their absence. */
static DccVerdict *
judge_nothing_saved(DccExitInfo *info, const DccBlenderArgs *args)
{
    static const char *const skipped[] = {
        "kipping existing frame ", "No frames rendered, skipped", NULL};
    static const char *const drawn[] = {"Fra:", "Rendering frame ", NULL};
    DccVerdictKind any = DCC_VERDICT_UNKNOWN;
    const char *failure;

    if (!dcc_exit_info_is_job(info) || !(args->animation || args->frames) || args->log_apart ||
        dcc_exit_info_get_saved(info) != 0 || is_any_line(info, skipped))
        return NULL;
    failure = find_failure(info, &any);
    if (!failure && args->animation && is_any_line(info, drawn))
        return NULL;
    return dcc_kit_verdict(DCC_VERDICT_SUSPICIOUS,
                           "said success, but was asked to render and saved nothing%s%s",
                           failure ? ": " : "",
                           failure ? failure : "");
}

static void
read_args(DccBlenderArgs *args, DccExitInfo *info)
{
    dcc_blender_args_read(args, dcc_exit_info_get_args(info));
}

/* In the background a script that fails ends Blender with a code, because we ask for it; so 0 and
 * "Blender quit" prove that every exception was handled, whatever was printed of it. Unless the
 * user has asked for 0. */
static const char *
find_hidden_exception(DccExitInfo *info, const DccBlenderArgs *args)
{
    if (!dcc_exit_info_is_headless(info) || args->exit_code != 0)
        return NULL;
    return dcc_blender_find_uncaught(dcc_exit_info_get_last_lines(info),
                                     dcc_exit_info_get_args(info));
}

static DccVerdict *
judge_zero(DccExitInfo *info)
{
    gboolean done = dcc_exit_info_has_event(info, DCC_OUTPUT_DONE, NULL);
    const char *exception;
    DccVerdict *verdict;
    DccBlenderArgs args;

    read_args(&args, info);
    if (dcc_exit_info_was_requested(info))
        return dcc_kit_verdict(DCC_VERDICT_CLEAN, "quit as asked");
    if (!done && dcc_exit_info_has_event(info, DCC_OUTPUT_CRASH, NULL))
        return dcc_kit_verdict(DCC_VERDICT_SUSPICIOUS, "said success after writing a crash report");
    exception = find_hidden_exception(info, &args);
    if (exception)
        return dcc_kit_verdict(DCC_VERDICT_SUSPICIOUS, "said success, but reported: %s", exception);
    verdict = dcc_kit_judge_scene(info);
    if (!verdict)
        verdict = judge_nothing_saved(info, &args);
    if (verdict)
        return verdict;
    return dcc_kit_verdict(DCC_VERDICT_CLEAN, done ? "quit in order" : "exited with code 0");
}

/* G.is_break at the end: somebody or something said stop. */
static DccVerdict *
judge_one(DccExitInfo *info)
{
    DccVerdictKind kind = DCC_VERDICT_UNKNOWN;
    const char *failure;

    if (dcc_exit_info_was_requested(info))
        return dcc_kit_verdict(DCC_VERDICT_CANCELLED,
                               "interrupted as asked; what was begun was given up");
    if (dcc_kit_find_line(info, "unknown argument, loading as file:"))
        return dcc_kit_verdict(
            DCC_VERDICT_FAILED,
            "this Blender does not know one of its arguments and took it for a file");
    if (!dcc_exit_info_is_headless(info)) {
        if ((failure = find_failure_of(info, DCC_VERDICT_NO_DISPLAY)))
            return dcc_kit_verdict(DCC_VERDICT_NO_DISPLAY, "%s", failure);
        /* Nothing else ends a window so; 5.x says it after other ends too. */
        if (dcc_kit_find_line(info, "Not freed memory blocks"))
            return dcc_kit_verdict(DCC_VERDICT_NO_DISPLAY, "the display went away");
    }
    if ((failure = find_failure(info, &kind)))
        return dcc_kit_verdict(kind, "%s", failure);
    if (dcc_exit_info_has_event(info, DCC_OUTPUT_CANCELLED, NULL))
        return dcc_kit_verdict(DCC_VERDICT_CANCELLED, "interrupted by SIGINT");
    /* The lines are long gone, but what kept it from ever being ready is still true. */
    if (!dcc_exit_info_was_ready(info) &&
        (dcc_exit_info_has_event(info, DCC_OUTPUT_BAD_SCENE, &failure) ||
         dcc_exit_info_has_event(info, DCC_OUTPUT_FATAL, &failure)) &&
        failure)
        return dcc_kit_verdict(dcc_blender_judge_line(failure), "%s", failure);
    return dcc_kit_verdict(DCC_VERDICT_FAILED, "exited with code 1 and named no reason");
}

/* A program that it started may have said the same, so the code counts as well. */
static gboolean
has_script_failed(DccExitInfo *info)
{
    DccBlenderArgs args;

    read_args(&args, info);
    return dcc_kit_find_line(info, "Error: script failed, ") &&
           (!dcc_exit_info_get_args(info) ||
            dcc_exit_info_get_code(info) ==
                (args.exit_code > 0 ? args.exit_code : DCC_BLENDER_SCRIPT_FAILED));
}

static DccVerdict *
judge_script(DccExitInfo *info)
{
    const char *exception = dcc_blender_find_exception(dcc_exit_info_get_last_lines(info));

    if (!exception)
        exception = find_failure_of(info, DCC_VERDICT_SCRIPT_ERROR);
    return dcc_kit_verdict(
        DCC_VERDICT_SCRIPT_ERROR, "a script failed: %s", exception ? exception : "see the log");
}

/* A code of its own is what a script chose; a job is told it as it is. A window, and a Blender that
 * waits for orders, choose none: there a wrapper has made it of a crash. */
static DccVerdict *
judge_own_code(DccExitInfo *info)
{
    const char *report = NULL;
    int code = dcc_exit_info_get_code(info);

    if (!dcc_exit_info_has_event(info, DCC_OUTPUT_CRASH, &report))
        return dcc_kit_verdict(
            DCC_VERDICT_FAILED, "ended with code %d, which is a script's or an add-on's", code);
    if (!dcc_exit_info_is_job(info))
        return judge_crash_signal(info, "its end was reported by a wrapper");
    return dcc_kit_verdict(DCC_VERDICT_FAILED,
                           "ended with code %d, which is a script's or a wrapper's, after a "
                           "crash report: %s",
                           code,
                           report ? report : "see the log");
}

static DccVerdict *
judge_code(DccExitInfo *info)
{
    int code = dcc_exit_info_get_code(info);
    const char *failure;
    DccVerdict *verdict = NULL;

    if (has_script_failed(info))
        return judge_script(info);
    /* The agent ends a recovery that cannot be opened with this code. */
    if (code == DCC_BLENDER_SCRIPT_FAILED)
        verdict = dcc_kit_judge_scene(info);
    if (verdict)
        return verdict;
    if (code == CODE_KILLED && dcc_exit_info_has_event(info, DCC_OUTPUT_CANCELLED, NULL))
        return dcc_kit_verdict(DCC_VERDICT_CANCELLED, "interrupted twice by SIGINT");
    if (code == CODE_INTERRUPTED)
        return judge_one(info);
    if (code == CODE_NO_LOADER && (failure = find_failure_of(info, DCC_VERDICT_BROKEN_INSTALL)))
        return dcc_kit_verdict(DCC_VERDICT_BROKEN_INSTALL, "%s", failure);
    return dcc_kit_find_signal(info) ? judge_signal(info) : judge_own_code(info);
}

DccVerdict *
dcc_blender_judge_exit(DccAdapter *adapter, DccExitInfo *info)
{
    DccVerdict *verdict = dcc_kit_judge_lost(info);

    if (verdict)
        return verdict;
    if (dcc_kit_is_zero(info))
        return judge_zero(info);
    if (!dcc_exit_info_is_our_signal(info))
        verdict = dcc_kit_judge_memory(info);
    if (verdict)
        return verdict;
    return dcc_exit_info_get_kind(info) == DCC_RESULT_SIGNALED ? judge_signal(info)
                                                               : judge_code(info);
}
