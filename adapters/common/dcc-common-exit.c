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

int
dcc_common_find_signal(DccExitInfo *info)
{
    int code = dcc_exit_info_get_code(info);

    if (dcc_exit_info_get_kind(info) == DCC_RESULT_SIGNALED)
        return dcc_exit_info_get_signal(info);
    return code > 128 && code <= 128 + SIGRTMAX ? code - 128 : 0;
}

DccVerdict *
dcc_common_judge_outside_signal(DccExitInfo *info, const char *title)
{
    int number = dcc_exit_info_get_signal(info);

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
    /* A log-out, a service manager, a person: that is a quit, and it is not brought back. */
    return dcc_common_verdict(number == SIGTERM || number == SIGHUP || number == SIGINT
                                  ? DCC_VERDICT_CANCELLED
                                  : DCC_VERDICT_KILLED,
                              "ended by signal %d (%s), which was not ours; %s saved nothing",
                              number,
                              g_strsignal(number),
                              title);
}
