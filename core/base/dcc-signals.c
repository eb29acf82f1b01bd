/* Signals in words, the same on each system: not all know those of Linux. Threading: any. */
#include "dcc-signals.h"

static const char *const texts[] = {
    [DCC_SIGNAL_HANGUP] = "Hangup",
    [DCC_SIGNAL_INTERRUPT] = "Interrupt",
    [DCC_SIGNAL_QUIT] = "Quit",
    [DCC_SIGNAL_ILLEGAL] = "Illegal instruction",
    [DCC_SIGNAL_TRAP] = "Trace/breakpoint trap",
    [DCC_SIGNAL_ABORT] = "Aborted",
    [DCC_SIGNAL_BUS] = "Bus error",
    [DCC_SIGNAL_FLOAT] = "Floating point exception",
    [DCC_SIGNAL_KILL] = "Killed",
    [DCC_SIGNAL_USER_1] = "User defined signal 1",
    [DCC_SIGNAL_SEGV] = "Segmentation fault",
    [DCC_SIGNAL_USER_2] = "User defined signal 2",
    [DCC_SIGNAL_PIPE] = "Broken pipe",
    [DCC_SIGNAL_ALARM] = "Alarm clock",
    [DCC_SIGNAL_TERMINATE] = "Terminated",
    [DCC_SIGNAL_CPU_LIMIT] = "CPU time limit exceeded",
    [DCC_SIGNAL_FILE_LIMIT] = "File size limit exceeded",
    [DCC_SIGNAL_SYS] = "Bad system call",
};

const char *
dcc_signal_describe(int number)
{
    const char *text = number > 0 && number < (int)G_N_ELEMENTS(texts) ? texts[number] : NULL;

    return text != NULL ? text : g_strsignal(number);
}
