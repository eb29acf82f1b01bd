/* What ends have in common, whatever application they are of. */
#include "dcc-common.h"
#include <signal.h>
#include <string.h>

DccVerdict *
dcc_common_verdict(DccVerdictKind kind, const char *format, ...)
{
    g_autofree char *reason = NULL;
    va_list args;

    va_start(args, format);
    reason = g_strdup_vprintf(format, args);
    va_end(args);
    return dcc_verdict_new(kind, reason);
}

const char *
dcc_common_find_line(DccExitInfo *info, const char *words)
{
    const char *const *lines = dcc_exit_info_get_last_lines(info);

    for (guint n = lines ? g_strv_length((char **)lines) : 0; n > 0; n--) {
        if (strstr(lines[n - 1], words))
            return lines[n - 1];
    }
    return NULL;
}

const char *
dcc_common_crash_signal(int number)
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
        {SIGTRAP, "SIGTRAP"},
        {SIGSYS, "SIGSYS"},
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
    static const int others[] = {SIGHUP,
                                 SIGINT,
                                 SIGQUIT,
                                 SIGKILL,
                                 SIGUSR1,
                                 SIGUSR2,
                                 SIGPIPE,
                                 SIGALRM,
                                 SIGTERM,
                                 SIGXCPU,
                                 SIGXFSZ};

    for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
        if (others[i] == number)
            return TRUE;
    }
    return dcc_common_crash_signal(number) != NULL;
}

int
dcc_common_find_signal(DccExitInfo *info)
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
    if (dcc_common_crash_signal(number))
        return DCC_VERDICT_CRASH;
    return number == SIGTERM || number == SIGHUP || number == SIGINT ? DCC_VERDICT_CANCELLED
                                                                     : DCC_VERDICT_KILLED;
}

/* A wrapper lived on to tell, so whose signal it was is not known; asked to stop, it was ours. */
static DccVerdict *
judge_wrapped(DccExitInfo *info, int number, const char *title)
{
    if (dcc_exit_info_was_requested(info))
        return dcc_common_verdict(DCC_VERDICT_CLEAN,
                                  "ended as asked, by signal %d (%s) as its wrapper says",
                                  number,
                                  g_strsignal(number));
    if (number == SIGKILL)
        return dcc_common_verdict(DCC_VERDICT_KILLED,
                                  "killed by SIGKILL, sent by hand or by the kernel for want of "
                                  "memory (see dmesg); its wrapper says so");
    return dcc_common_verdict(judge_number(number),
                              "ended by signal %d (%s), as its wrapper says; %s saved nothing",
                              number,
                              g_strsignal(number),
                              title);
}

DccVerdict *
dcc_common_judge_signal(DccExitInfo *info, const char *title)
{
    int number = dcc_common_find_signal(info);

    if (number == 0)
        return NULL;
    if (dcc_exit_info_get_kind(info) != DCC_RESULT_SIGNALED)
        return judge_wrapped(info, number, title);
    if (dcc_exit_info_is_our_signal(info)) {
        DccVerdictKind kind =
            dcc_exit_info_was_requested(info) ? DCC_VERDICT_CLEAN : DCC_VERDICT_KILLED;

        return dcc_common_verdict(kind,
                                  "ended by our %s; %s itself saved nothing",
                                  number == SIGKILL ? "SIGKILL" : "signal",
                                  title);
    }
    if (number == SIGKILL)
        return dcc_common_verdict(
            DCC_VERDICT_KILLED,
            "killed by SIGKILL, sent by hand or by the kernel for want of memory (see dmesg)");
    return dcc_common_verdict(judge_number(number),
                              "ended by signal %d (%s), which was not ours; %s saved nothing",
                              number,
                              g_strsignal(number),
                              title);
}

DccVerdict *
dcc_common_judge_scene(DccExitInfo *info)
{
    const char *text = NULL;

    if (dcc_exit_info_was_ready(info) || dcc_exit_info_was_requested(info) ||
        !dcc_exit_info_has_event(info, DCC_OUTPUT_BAD_SCENE, &text))
        return NULL;
    return dcc_common_verdict(DCC_VERDICT_BAD_SCENE, "%s", text ? text : "see the log");
}

DccVerdict *
dcc_common_judge_lost(DccExitInfo *info)
{
    const char *reason = dcc_exit_info_get_reason(info);

    if (dcc_exit_info_get_kind(info) != DCC_RESULT_LOST)
        return NULL;
    return dcc_common_verdict(
        DCC_VERDICT_UNKNOWN, "%s", reason ? reason : "nobody saw how it ended");
}

DccVerdict *
dcc_common_judge_memory(DccExitInfo *info)
{
    const char *text = NULL;

    if (!dcc_exit_info_has_event(info, DCC_OUTPUT_OOM, &text))
        return NULL;
    return dcc_common_verdict(
        DCC_VERDICT_OOM, "memory ran out: %s", text ? text : "an allocation failed");
}

gboolean
dcc_common_is_zero(DccExitInfo *info)
{
    return dcc_exit_info_get_kind(info) == DCC_RESULT_EXITED && dcc_exit_info_get_code(info) == 0;
}
