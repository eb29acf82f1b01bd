/* The status word of wait(2), and signals in the house's numbers. Compiled and linked for macOS, never run. Threading: any. */
#include "dcc-exit-status.h"

#include "dcc-proc-darwin.h"
#include "dcc-signals.h"

#include <signal.h>
#include <sys/wait.h>

/* Those that are the same; dcc-proc-signal.c translates the others. */
G_STATIC_ASSERT(DCC_SIGNAL_HANGUP == SIGHUP && DCC_SIGNAL_INTERRUPT == SIGINT);
G_STATIC_ASSERT(DCC_SIGNAL_QUIT == SIGQUIT && DCC_SIGNAL_ILLEGAL == SIGILL);
G_STATIC_ASSERT(DCC_SIGNAL_TRAP == SIGTRAP && DCC_SIGNAL_ABORT == SIGABRT);
G_STATIC_ASSERT(DCC_SIGNAL_FLOAT == SIGFPE && DCC_SIGNAL_KILL == SIGKILL);
G_STATIC_ASSERT(DCC_SIGNAL_SEGV == SIGSEGV && DCC_SIGNAL_PIPE == SIGPIPE);
G_STATIC_ASSERT(DCC_SIGNAL_ALARM == SIGALRM && DCC_SIGNAL_TERMINATE == SIGTERM);
G_STATIC_ASSERT(DCC_SIGNAL_CPU_LIMIT == SIGXCPU && DCC_SIGNAL_FILE_LIMIT == SIGXFSZ);
G_STATIC_ASSERT(DCC_SIGNAL_BUS == 7 && DCC_SIGNAL_USER_1 == 10 && DCC_SIGNAL_USER_2 == 12);
G_STATIC_ASSERT(DCC_SIGNAL_CONTINUE == 18 && DCC_SIGNAL_STOP == 19 && DCC_SIGNAL_SYS == 31);

DccExitStatus
dcc_exit_status_decode(int status)
{
    DccExitStatus decoded = {.kind = DCC_RESULT_LOST, .code = -1};

    if (status < 0)
        return decoded;
    if (WIFEXITED(status)) {
        decoded.kind = DCC_RESULT_EXITED;
        decoded.code = WEXITSTATUS(status);
    } else if (WIFSIGNALED(status)) {
        decoded.kind = DCC_RESULT_SIGNALED;
        decoded.signal = dcc_proc_house_signal(WTERMSIG(status));
        decoded.core_dumped = WCOREDUMP(status) != 0;
    }
    return decoded;
}

gboolean
dcc_exit_status_is_success(int status)
{
    return status == 0;
}
