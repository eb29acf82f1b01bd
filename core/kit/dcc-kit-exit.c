/* What ends have in common, whatever application they are of. */
#include "dcc-kit-exit.h"
#include "dcc-signals.h"

#include <string.h>

/**
 * dcc_kit_first_verdict:
 * @info: how it ended
 * @judges: (array length=n_judges): what may be the reason, in the order that counts
 * @n_judges: how many
 *
 * Asks one after the other; the first that has an answer wins.
 *
 * Returns: (transfer full) (nullable): its verdict, %NULL when none has one
 *
 * Since: 1.1
 */
DccVerdict *
dcc_kit_first_verdict(DccExitInfo *info, const DccKitJudge *judges, gsize n_judges)
{
    DccVerdict *verdict = NULL;

    g_return_val_if_fail(DCC_IS_EXIT_INFO(info), NULL);

    for (gsize i = 0; !verdict && i < n_judges; i++)
        verdict = judges[i](info);
    return verdict;
}

/**
 * dcc_kit_verdict:
 * @kind: the meaning
 * @format: the reason, as printf() has it
 * @...: what goes into it
 *
 * A verdict with a reason that is made up of parts.
 *
 * Returns: (transfer full): the verdict
 *
 * Since: 1.1
 */
DccVerdict *
dcc_kit_verdict(DccVerdictKind kind, const char *format, ...)
{
    g_autofree char *reason = NULL;
    va_list args;

    va_start(args, format);
    reason = g_strdup_vprintf(format, args);
    va_end(args);
    return dcc_verdict_new(kind, reason);
}

/**
 * dcc_kit_find_line:
 * @info: how it ended
 * @words: what to look for
 *
 * Looks through the last lines of output, the newest first.
 *
 * Returns: (transfer none) (nullable): the line that holds these words
 *
 * Since: 1.1
 */
const char *
dcc_kit_find_line(DccExitInfo *info, const char *words)
{
    const char *const *lines = dcc_exit_info_get_last_lines(info);

    g_return_val_if_fail(DCC_IS_EXIT_INFO(info), NULL);

    for (guint n = lines ? g_strv_length((char **)lines) : 0; n > 0; n--) {
        if (strstr(lines[n - 1], words))
            return lines[n - 1];
    }
    return NULL;
}

/**
 * dcc_kit_crash_signal:
 * @number: a signal's number
 *
 * The signals by which programs break.
 *
 * Returns: (nullable): "SIGSEGV" and the like; %NULL for any other signal
 *
 * Since: 1.1
 */
const char *
dcc_kit_crash_signal(int number)
{
    static const struct {
        int number;
        const char *name;
    } crashes[] = {
        {DCC_SIGNAL_SEGV, "SIGSEGV"},
        {DCC_SIGNAL_ABORT, "SIGABRT"},
        {DCC_SIGNAL_BUS, "SIGBUS"},
        {DCC_SIGNAL_FLOAT, "SIGFPE"},
        {DCC_SIGNAL_ILLEGAL, "SIGILL"},
        {DCC_SIGNAL_TRAP, "SIGTRAP"},
        {DCC_SIGNAL_SYS, "SIGSYS"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(crashes); i++) {
        if (crashes[i].number == number)
            return crashes[i].name;
    }
    return NULL;
}

/* Those that end a program. A code above 128 that names none of them is the program's own. */
static gboolean
is_deadly(int number)
{
    static const int others[] = {DCC_SIGNAL_HANGUP,
                                 DCC_SIGNAL_INTERRUPT,
                                 DCC_SIGNAL_QUIT,
                                 DCC_SIGNAL_KILL,
                                 DCC_SIGNAL_USER_1,
                                 DCC_SIGNAL_USER_2,
                                 DCC_SIGNAL_PIPE,
                                 DCC_SIGNAL_ALARM,
                                 DCC_SIGNAL_TERMINATE,
                                 DCC_SIGNAL_CPU_LIMIT,
                                 DCC_SIGNAL_FILE_LIMIT};

    for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
        if (others[i] == number)
            return TRUE;
    }
    return dcc_kit_crash_signal(number) != NULL;
}

/**
 * dcc_kit_find_signal:
 * @info: how it ended
 *
 * The signal that ended it, as the kernel says or as a wrapper's code says: shells make 128 + n of
 * a signal n. A code that names no signal which ends programs is the application's own.
 *
 * Returns: the signal's number, 0 for none
 *
 * Since: 1.1
 */
int
dcc_kit_find_signal(DccExitInfo *info)
{
    int code = dcc_exit_info_get_code(info);

    if (dcc_exit_info_get_kind(info) == DCC_RESULT_SIGNALED)
        return dcc_exit_info_get_signal(info);
    return code > 128 && is_deadly(code - 128) ? code - 128 : 0;
}

/* A log-out, a service manager, a person: that is a quit, and it is not brought back. */
static DccVerdictKind
judge_number(int number)
{
    if (dcc_kit_crash_signal(number))
        return DCC_VERDICT_CRASH;
    return number == DCC_SIGNAL_TERMINATE || number == DCC_SIGNAL_HANGUP ||
                   number == DCC_SIGNAL_INTERRUPT
               ? DCC_VERDICT_CANCELLED
               : DCC_VERDICT_KILLED;
}

/* A wrapper lived on to tell, so whose signal it was is not known; asked to stop, it was ours. */
static DccVerdict *
judge_wrapped(DccExitInfo *info, int number, const char *title)
{
    if (dcc_exit_info_was_requested(info))
        return dcc_kit_verdict(DCC_VERDICT_CLEAN,
                               "ended as asked, by signal %d (%s) as its wrapper says",
                               number,
                               dcc_signal_describe(number));
    if (number == DCC_SIGNAL_KILL)
        return dcc_kit_verdict(DCC_VERDICT_KILLED,
                               "killed by SIGKILL, sent by somebody or by the kernel for want of "
                               "memory (see dmesg); its wrapper says so");
    return dcc_kit_verdict(judge_number(number),
                           "ended by signal %d (%s), as its wrapper says; %s saved nothing",
                           number,
                           dcc_signal_describe(number),
                           title);
}

/**
 * dcc_kit_judge_signal:
 * @info: how it ended
 * @title: the application's name for people
 *
 * What the signal means that ended it, also where a wrapper's code alone tells it: a crash,
 * somebody's DCC_SIGNAL_KILL, a polite end from outside, our own order.
 *
 * Returns: (transfer full) (nullable): the verdict, %NULL when no signal ended it
 *
 * Since: 1.1
 */
DccVerdict *
dcc_kit_judge_signal(DccExitInfo *info, const char *title)
{
    int number = dcc_kit_find_signal(info);

    g_return_val_if_fail(DCC_IS_EXIT_INFO(info), NULL);

    if (number == 0)
        return NULL;
    if (dcc_exit_info_get_kind(info) != DCC_RESULT_SIGNALED)
        return judge_wrapped(info, number, title);
    if (dcc_exit_info_is_our_signal(info)) {
        DccVerdictKind kind =
            dcc_exit_info_was_requested(info) ? DCC_VERDICT_CLEAN : DCC_VERDICT_KILLED;

        return dcc_kit_verdict(kind,
                               "ended by our %s; %s itself saved nothing",
                               number == DCC_SIGNAL_KILL ? "SIGKILL" : "signal",
                               title);
    }
    if (number == DCC_SIGNAL_KILL)
        return dcc_kit_verdict(DCC_VERDICT_KILLED,
                               "killed by SIGKILL, sent by somebody or by the kernel for want "
                               "of memory (see dmesg)");
    return dcc_kit_verdict(judge_number(number),
                           "ended by signal %d (%s), which was not ours; %s saved nothing",
                           number,
                           dcc_signal_describe(number),
                           title);
}

/**
 * dcc_kit_judge_scene:
 * @info: how it ended
 *
 * Whoever never was ready, and said that its scene cannot be opened, ended for its scene, whatever
 * the code.
 *
 * Returns: (transfer full) (nullable): %DCC_VERDICT_BAD_SCENE with that line, or %NULL
 *
 * Since: 1.1
 */
DccVerdict *
dcc_kit_judge_scene(DccExitInfo *info)
{
    const char *text = NULL;

    g_return_val_if_fail(DCC_IS_EXIT_INFO(info), NULL);

    if (dcc_exit_info_was_ready(info) || dcc_exit_info_was_requested(info) ||
        !dcc_exit_info_has_event(info, DCC_OUTPUT_BAD_SCENE, &text))
        return NULL;
    return dcc_kit_verdict(DCC_VERDICT_BAD_SCENE, "%s", text ? text : "see the log");
}

/**
 * dcc_kit_judge_lost:
 * @info: how it ended
 *
 * An end that nobody saw is never clean.
 *
 * Returns: (transfer full) (nullable): %DCC_VERDICT_UNKNOWN, or %NULL when its end was seen
 *
 * Since: 1.1
 */
DccVerdict *
dcc_kit_judge_lost(DccExitInfo *info)
{
    const char *reason = dcc_exit_info_get_reason(info);

    g_return_val_if_fail(DCC_IS_EXIT_INFO(info), NULL);

    if (dcc_exit_info_get_kind(info) != DCC_RESULT_LOST)
        return NULL;
    return dcc_kit_verdict(DCC_VERDICT_UNKNOWN, "%s", reason ? reason : "nobody saw how it ended");
}

/**
 * dcc_kit_judge_memory:
 * @info: how it ended
 *
 * Whether its output spoke of want of memory (%DCC_OUTPUT_OOM). Who says success had enough in the
 * end.
 *
 * Returns: (transfer full) (nullable): %DCC_VERDICT_OOM with that line, or %NULL
 *
 * Since: 1.1
 */
DccVerdict *
dcc_kit_judge_memory(DccExitInfo *info)
{
    const char *text = NULL;

    g_return_val_if_fail(DCC_IS_EXIT_INFO(info), NULL);

    if (dcc_kit_is_zero(info) || !dcc_exit_info_has_event(info, DCC_OUTPUT_OOM, &text))
        return NULL;
    return dcc_kit_verdict(
        DCC_VERDICT_OOM, "memory ran out: %s", text ? text : "an allocation failed");
}

/**
 * dcc_kit_is_zero:
 * @info: how it ended
 *
 * Returns: %TRUE when it exited with code 0
 *
 * Since: 1.1
 */
gboolean
dcc_kit_is_zero(DccExitInfo *info)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(info), FALSE);

    return dcc_exit_info_get_kind(info) == DCC_RESULT_EXITED && dcc_exit_info_get_code(info) == 0;
}
