/* What an end of Blender means.
 *
 * Problem: Blender's exit code says little. 1 is "something said stop", a script's failure is 0
 * where nobody asked for better, and a crash may be want of memory. The lines before the end tell
 * the rest. Contract: the order below; the first that fits wins. What is not known is not called
 * clean.
 */
#include "dcc-blender.h"
#include "dcc-common.h"
#include <string.h>

#define CODE_INTERRUPTED 1
#define CODE_KILLED      2
#define CODE_NO_LOADER   127

static const char *
skip_words(const char *line, const char *words)
{
    const char *found = strstr(line, words);

    return found ? found + strlen(words) : line;
}

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
        return skip_words(lines[n - 1], "Error: ");
    }
    return NULL;
}

/* The line that names the exception: the first one after the head of a traceback that is not
 * indented. */
static const char *
find_exception_line(const char *const *after_head)
{
    for (guint i = 0; after_head[i] != NULL; i++) {
        const char *line = skip_words(after_head[i], "Error: Python: ");

        if (*line != '\0' && *line != ' ')
            return line;
    }
    return NULL;
}

/* What the script said before Blender said that it failed. */
static const char *
find_exception(DccExitInfo *info)
{
    const char *const *lines = dcc_exit_info_get_last_lines(info);
    const char *text = NULL;

    for (guint n = lines ? g_strv_length((char **)lines) : 0; n > 0; n--) {
        const char *line = lines[n - 1];

        if (!strstr(line, "Error: Python: ") || dcc_blender_judge_line(line) == DCC_VERDICT_UNKNOWN)
            continue;
        line = skip_words(line, "Error: Python: ");
        return g_str_has_prefix(line, "Traceback ") ? find_exception_line(lines + n) : line;
    }
    return dcc_exit_info_has_event(info, DCC_OUTPUT_FATAL, &text) ? text : NULL;
}

static DccVerdict *
judge_memory(DccExitInfo *info)
{
    const char *text = NULL;

    if (!dcc_exit_info_has_event(info, DCC_OUTPUT_OOM, &text))
        return NULL;
    return dcc_common_verdict(
        DCC_VERDICT_OOM, "memory ran out: %s", text ? text : "an allocation failed");
}

static DccVerdict *
judge_crash_signal(DccExitInfo *info, const char *signal)
{
    const char *report = NULL;

    if (dcc_exit_info_has_event(info, DCC_OUTPUT_CRASH, &report) && report)
        return dcc_common_verdict(
            DCC_VERDICT_CRASH, "crashed (%s); its report is %s", signal, report);
    return dcc_common_verdict(DCC_VERDICT_CRASH, "crashed (%s) without a report", signal);
}

static DccVerdict *
judge_signal(DccExitInfo *info)
{
    const char *crash = dcc_common_crash_signal(dcc_exit_info_get_signal(info));

    return crash ? judge_crash_signal(info, crash)
                 : dcc_common_judge_outside_signal(info, "Blender");
}

static DccVerdict *
judge_zero(DccExitInfo *info)
{
    gboolean done = dcc_exit_info_has_event(info, DCC_OUTPUT_DONE, NULL);
    const char *exception;

    if (dcc_exit_info_was_requested(info))
        return dcc_common_verdict(DCC_VERDICT_CLEAN, "quit as asked");
    if (!done && dcc_exit_info_has_event(info, DCC_OUTPUT_CRASH, NULL))
        return dcc_common_verdict(DCC_VERDICT_SUSPICIOUS,
                                  "said success after writing a crash report");
    exception = dcc_exit_info_is_headless(info) ? find_exception(info) : NULL;
    if (exception)
        return dcc_common_verdict(
            DCC_VERDICT_SUSPICIOUS, "said success, but reported: %s", exception);
    return dcc_common_verdict(DCC_VERDICT_CLEAN, done ? "quit in order" : "exited with code 0");
}

/* G.is_break at the end: somebody or something said stop. */
static DccVerdict *
judge_one(DccExitInfo *info)
{
    DccVerdictKind kind = DCC_VERDICT_UNKNOWN;
    const char *failure;

    if (dcc_exit_info_was_requested(info))
        return dcc_common_verdict(DCC_VERDICT_CANCELLED,
                                  "interrupted as asked; what was begun was given up");
    if (dcc_common_find_line(info, "unknown argument, loading as file:"))
        return dcc_common_verdict(
            DCC_VERDICT_FAILED,
            "this Blender does not know one of its arguments and took it for a file");
    if (!dcc_exit_info_is_headless(info) && dcc_common_find_line(info, "Not freed memory blocks"))
        return dcc_common_verdict(DCC_VERDICT_NO_DISPLAY, "the display went away");
    if ((failure = find_failure(info, &kind)))
        return dcc_common_verdict(kind, "%s", failure);
    if (dcc_exit_info_has_event(info, DCC_OUTPUT_CANCELLED, NULL))
        return dcc_common_verdict(DCC_VERDICT_CANCELLED, "interrupted by SIGINT");
    /* The lines are long gone, but what kept it from ever being ready is still true. */
    if (!dcc_exit_info_was_ready(info) &&
        (dcc_exit_info_has_event(info, DCC_OUTPUT_BAD_SCENE, &failure) ||
         dcc_exit_info_has_event(info, DCC_OUTPUT_FATAL, &failure)) &&
        failure)
        return dcc_common_verdict(dcc_blender_judge_line(failure), "%s", failure);
    return dcc_common_verdict(DCC_VERDICT_FAILED, "exited with code 1 and named no reason");
}

static DccVerdict *
judge_script(DccExitInfo *info)
{
    const char *exception = find_exception(info);

    return dcc_common_verdict(
        DCC_VERDICT_SCRIPT_ERROR, "a script failed: %s", exception ? exception : "see the log");
}

static DccVerdict *
judge_code(DccExitInfo *info)
{
    int code = dcc_exit_info_get_code(info);
    DccVerdictKind install = DCC_VERDICT_BROKEN_INSTALL;
    const char *failure;

    if (code == DCC_BLENDER_SCRIPT_FAILED || dcc_common_find_line(info, "Error: script failed, "))
        return judge_script(info);
    if (code == CODE_KILLED && dcc_exit_info_has_event(info, DCC_OUTPUT_CANCELLED, NULL))
        return dcc_common_verdict(DCC_VERDICT_CANCELLED, "interrupted twice by SIGINT");
    if (code == CODE_INTERRUPTED)
        return judge_one(info);
    if (code == CODE_NO_LOADER && (failure = find_failure(info, &install)))
        return dcc_common_verdict(DCC_VERDICT_BROKEN_INSTALL, "%s", failure);
    if (dcc_exit_info_has_event(info, DCC_OUTPUT_CRASH, NULL))
        return judge_crash_signal(info, "its end was reported by a wrapper");
    return dcc_common_verdict(
        DCC_VERDICT_FAILED, "ended with code %d, which is a script's or an add-on's", code);
}

DccVerdict *
dcc_blender_judge_exit(DccAdapter *adapter, DccExitInfo *info)
{
    DccResultKind kind = dcc_exit_info_get_kind(info);
    const char *reason = dcc_exit_info_get_reason(info);
    DccVerdict *memory = NULL;

    if (kind == DCC_RESULT_EXITED && dcc_exit_info_get_code(info) == 0)
        return judge_zero(info);
    if (kind == DCC_RESULT_EXITED || !dcc_exit_info_is_our_signal(info))
        memory = judge_memory(info);
    if (memory)
        return memory;
    if (kind == DCC_RESULT_SIGNALED)
        return judge_signal(info);
    if (kind == DCC_RESULT_EXITED)
        return judge_code(info);
    return dcc_common_verdict(
        DCC_VERDICT_UNKNOWN, "%s", reason ? reason : "nobody saw how it ended");
}
