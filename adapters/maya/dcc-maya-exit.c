/* What an end of Maya means.
 *
 * Problem: Maya's exit code says little. 0 is also what mayapy says after an interrupt, what a
 * renderer says without a licence, and what the wrapper says of much; a crash comes as 139 from the
 * wrapper. Contract: the order below, first that fits. Success needs its proof: the agent's
 * goodbye, or Render's own word.
 */
#include "dcc-kit.h"
#include "dcc-maya.h"
#include <string.h>

#define CODE_UNCAUGHT  1
#define CODE_NO_LOADER 127
#define LIBRARY        "error while loading shared libraries"

static DccVerdict *
judge_requested(DccExitInfo *info)
{
    if (!dcc_exit_info_was_requested(info))
        return NULL;
    if (dcc_kit_is_zero(info))
        return dcc_kit_verdict(DCC_VERDICT_CLEAN, "quit as asked");
    if (dcc_exit_info_is_our_signal(info) && dcc_exit_info_get_kind(info) == DCC_RESULT_SIGNALED)
        return dcc_kit_judge_signal(info, "Maya");
    if (dcc_kit_crash_signal(dcc_kit_find_signal(info)))
        return dcc_kit_verdict(DCC_VERDICT_CLEAN,
                               "quit as asked; it broke (%s) while it was taken down",
                               dcc_kit_crash_signal(dcc_kit_find_signal(info)));
    return dcc_kit_verdict(DCC_VERDICT_CLEAN, "quit as asked");
}

static DccVerdict *
judge_library(DccExitInfo *info)
{
    const char *line = dcc_kit_find_line(info, LIBRARY);

    if (dcc_exit_info_was_ready(info) ||
        (!line && (dcc_exit_info_get_kind(info) != DCC_RESULT_EXITED ||
                   dcc_exit_info_get_code(info) != CODE_NO_LOADER)))
        return NULL;
    return dcc_kit_verdict(DCC_VERDICT_BROKEN_INSTALL,
                           "%s",
                           line ? line : "a program or a library of Maya is missing (code 127)");
}

/* That text of mayapy's start is also what a full disk looks like, and it says so itself. */
static DccVerdict *
judge_licence(DccExitInfo *info)
{
    const char *text = NULL;

    if (!dcc_exit_info_has_event(info, DCC_OUTPUT_LICENCE, &text))
        return NULL;
    return dcc_kit_verdict(DCC_VERDICT_LICENCE, "no licence: %s", text ? text : "see the log");
}

static DccVerdict *
judge_crash(DccExitInfo *info)
{
    g_autoptr(GListModel) files = dcc_maya_list_rescue_files(NULL, info, NULL);
    g_autofree char *recovery = dcc_kit_find_file(files, DCC_RESCUE_RECOVERY);
    g_autofree char *report = dcc_kit_find_file(files, DCC_RESCUE_CRASH_REPORT);
    const char *signal = dcc_kit_crash_signal(dcc_kit_find_signal(info));
    const char *text = NULL;
    gboolean told = dcc_exit_info_has_event(info, DCC_OUTPUT_CRASH, &text);

    if (!signal && !told && !recovery && !report)
        return NULL;
    if (recovery)
        return dcc_kit_verdict(
            DCC_VERDICT_CRASH, "crashed (%s); it saved %s", signal ? signal : "reported", recovery);
    if (report)
        return dcc_kit_verdict(DCC_VERDICT_CRASH,
                               "crashed (%s); its report is %s",
                               signal ? signal : "reported",
                               report);
    return dcc_kit_verdict(
        DCC_VERDICT_CRASH, "crashed (%s) and left no recovery scene", signal ? signal : text);
}

/* In mayapy the goodbye comes after the script, and no script that failed comes that far: what was
 * printed of exceptions was handled. In batch it says that Maya ended in order, and no more. */
static gboolean
is_proved(DccExitInfo *info)
{
    DccMayaArgs args;

    dcc_maya_args_read_words(&args, dcc_exit_info_get_args(info), dcc_exit_info_is_headless(info));
    return args.product == DCC_MAYA_PYTHON && dcc_exit_info_get_args(info) &&
           dcc_exit_info_has_event(info, DCC_OUTPUT_DONE, NULL);
}

static DccVerdict *
judge_zero(DccExitInfo *info)
{
    if (is_proved(info))
        return dcc_kit_verdict(DCC_VERDICT_CLEAN, "quit in order");
    if (dcc_kit_find_line(info, "Traceback (most recent call last)"))
        return dcc_kit_verdict(DCC_VERDICT_SUSPICIOUS, "said success after a script's traceback");
    if (dcc_exit_info_has_event(info, DCC_OUTPUT_DONE, NULL))
        return dcc_kit_verdict(DCC_VERDICT_CLEAN, "quit in order");
    return dcc_kit_verdict(DCC_VERDICT_SUSPICIOUS,
                           "said success without the proof of it: Maya also exits with 0 when "
                           "it was interrupted or failed");
}

static DccVerdict *
judge_code(DccExitInfo *info)
{
    int code = dcc_exit_info_get_code(info);

    /* Python's own code for it. Another one was chosen, whatever was printed before. */
    if (code == CODE_UNCAUGHT && dcc_kit_find_line(info, "Traceback (most recent call last)"))
        return dcc_kit_verdict(DCC_VERDICT_SCRIPT_ERROR,
                               "a script failed (code %d); its traceback is in the log",
                               code);
    return dcc_kit_verdict(
        DCC_VERDICT_FAILED, "ended with code %d, which is a script's or a plug-in's", code);
}

static DccVerdict *
judge_signal(DccExitInfo *info)
{
    return dcc_kit_judge_signal(info, "Maya");
}

static DccVerdict *
judge_status(DccExitInfo *info)
{
    return dcc_kit_is_zero(info) ? judge_zero(info) : judge_code(info);
}

DccVerdict *
dcc_maya_judge_exit(DccAdapter *adapter, DccExitInfo *info)
{
    static const DccKitJudge judges[] = {dcc_kit_judge_lost,
                                         judge_requested,
                                         judge_library,
                                         judge_licence,
                                         judge_crash,
                                         dcc_kit_judge_scene,
                                         dcc_kit_judge_memory,
                                         judge_signal,
                                         judge_status};

    return dcc_kit_first_verdict(info, judges, G_N_ELEMENTS(judges));
}
