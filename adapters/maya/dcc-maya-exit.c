/* What an end of Maya means.
 *
 * Problem: Maya's exit code says little. 0 is also what mayapy says after an interrupt, what a
 * renderer says without a licence, and what the wrapper says of much; a crash comes as 139 from the
 * wrapper. Contract: the order below, first that fits. Success needs its proof: the agent's
 * goodbye, or Render's own word.
 */
#include "dcc-common.h"
#include "dcc-maya.h"
#include <signal.h>
#include <string.h>

#define CODE_NO_LOADER 127
#define LIBRARY        "error while loading shared libraries"

static gboolean
is_zero(DccExitInfo *info)
{
    return dcc_exit_info_get_kind(info) == DCC_RESULT_EXITED && dcc_exit_info_get_code(info) == 0;
}

static DccVerdict *
judge_requested(DccExitInfo *info)
{
    if (!dcc_exit_info_was_requested(info))
        return NULL;
    if (is_zero(info))
        return dcc_common_verdict(DCC_VERDICT_CLEAN, "quit as asked");
    if (dcc_exit_info_is_our_signal(info) && dcc_exit_info_get_kind(info) == DCC_RESULT_SIGNALED)
        return dcc_common_judge_outside_signal(info, "Maya");
    if (dcc_common_crash_signal(dcc_common_find_signal(info)))
        return dcc_common_verdict(DCC_VERDICT_CLEAN,
                                  "quit as asked; it broke (%s) while it was taken down",
                                  dcc_common_crash_signal(dcc_common_find_signal(info)));
    return dcc_common_verdict(DCC_VERDICT_CLEAN, "quit as asked");
}

static DccVerdict *
judge_library(DccExitInfo *info)
{
    const char *line = dcc_common_find_line(info, LIBRARY);

    if (dcc_exit_info_was_ready(info) ||
        (!line && (dcc_exit_info_get_kind(info) != DCC_RESULT_EXITED ||
                   dcc_exit_info_get_code(info) != CODE_NO_LOADER)))
        return NULL;
    return dcc_common_verdict(DCC_VERDICT_BROKEN_INSTALL,
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
    return dcc_common_verdict(DCC_VERDICT_LICENCE, "no licence: %s", text ? text : "see the log");
}

static DccVerdict *
judge_crash(DccExitInfo *info)
{
    g_autoptr(GListModel) files = dcc_maya_list_rescue_files(NULL, info, NULL);
    g_autofree char *recovery = dcc_common_find_file(files, DCC_RESCUE_RECOVERY);
    g_autofree char *report = dcc_common_find_file(files, DCC_RESCUE_CRASH_REPORT);
    const char *signal = dcc_common_crash_signal(dcc_common_find_signal(info));
    const char *text = NULL;
    gboolean told = dcc_exit_info_has_event(info, DCC_OUTPUT_CRASH, &text);

    if (!signal && !told && !recovery && !report)
        return NULL;
    if (recovery)
        return dcc_common_verdict(
            DCC_VERDICT_CRASH, "crashed (%s); it saved %s", signal ? signal : "reported", recovery);
    if (report)
        return dcc_common_verdict(DCC_VERDICT_CRASH,
                                  "crashed (%s); its report is %s",
                                  signal ? signal : "reported",
                                  report);
    return dcc_common_verdict(
        DCC_VERDICT_CRASH, "crashed (%s) and left no recovery scene", signal ? signal : text);
}

static DccVerdict *
judge_signal(DccExitInfo *info)
{
    int number = dcc_common_find_signal(info);

    if (dcc_exit_info_get_kind(info) == DCC_RESULT_SIGNALED)
        return dcc_common_judge_outside_signal(info, "Maya");
    /* The wrapper lived on to tell. */
    if (number == SIGKILL)
        return dcc_common_verdict(DCC_VERDICT_KILLED,
                                  "killed by SIGKILL, sent by hand or by the kernel for want of "
                                  "memory (see dmesg); its wrapper says so");
    if (number == SIGTERM || number == SIGINT || number == SIGHUP)
        return dcc_common_verdict(DCC_VERDICT_CANCELLED,
                                  "ended by signal %d (%s), as its wrapper says",
                                  number,
                                  g_strsignal(number));
    return NULL;
}

static DccVerdict *
judge_zero(DccExitInfo *info)
{
    if (dcc_common_find_line(info, "Traceback (most recent call last)"))
        return dcc_common_verdict(DCC_VERDICT_SUSPICIOUS,
                                  "said success after a script's traceback");
    if (dcc_exit_info_has_event(info, DCC_OUTPUT_DONE, NULL))
        return dcc_common_verdict(DCC_VERDICT_CLEAN, "quit in order");
    return dcc_common_verdict(DCC_VERDICT_SUSPICIOUS,
                              "said success without the proof of it: Maya also exits with 0 when "
                              "it was interrupted or failed");
}

static DccVerdict *
judge_code(DccExitInfo *info)
{
    int code = dcc_exit_info_get_code(info);
    const char *scene = NULL;

    if (!dcc_exit_info_was_ready(info) &&
        dcc_exit_info_has_event(info, DCC_OUTPUT_BAD_SCENE, &scene))
        return dcc_common_verdict(DCC_VERDICT_BAD_SCENE, "%s", scene ? scene : "see the log");
    if (dcc_common_find_line(info, "Traceback (most recent call last)"))
        return dcc_common_verdict(DCC_VERDICT_SCRIPT_ERROR,
                                  "a script failed (code %d); its traceback is in the log",
                                  code);
    return dcc_common_verdict(
        DCC_VERDICT_FAILED, "ended with code %d, which is a script's or a plug-in's", code);
}

DccVerdict *
dcc_maya_judge_exit(DccAdapter *adapter, DccExitInfo *info)
{
    static DccVerdict *(*const judges[])(DccExitInfo *) = {
        judge_requested, judge_library, judge_licence, judge_crash};
    const char *reason = dcc_exit_info_get_reason(info);
    const char *memory = NULL;
    DccVerdict *verdict = NULL;

    if (dcc_exit_info_get_kind(info) == DCC_RESULT_LOST)
        return dcc_common_verdict(
            DCC_VERDICT_UNKNOWN, "%s", reason ? reason : "nobody saw how it ended");
    for (guint i = 0; !verdict && i < G_N_ELEMENTS(judges); i++)
        verdict = judges[i](info);
    if (verdict)
        return verdict;
    if (!is_zero(info) && dcc_exit_info_has_event(info, DCC_OUTPUT_OOM, &memory))
        return dcc_common_verdict(DCC_VERDICT_OOM, "memory ran out: %s", memory ? memory : "");
    verdict = judge_signal(info);
    if (verdict)
        return verdict;
    return is_zero(info) ? judge_zero(info) : judge_code(info);
}
