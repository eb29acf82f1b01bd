/* The status word of wait(2). Threading: any. */
#include "dcc-exit-status.h"

#include "dcc-signals.h"

#include <signal.h>
#include <sys/wait.h>

G_STATIC_ASSERT(DCC_SIGNAL_USER_1 == SIGUSR1 && DCC_SIGNAL_USER_2 == SIGUSR2);
G_STATIC_ASSERT(DCC_SIGNAL_ALARM == SIGALRM && DCC_SIGNAL_CPU_LIMIT == SIGXCPU);
G_STATIC_ASSERT(DCC_SIGNAL_FILE_LIMIT == SIGXFSZ);
G_STATIC_ASSERT(DCC_SIGNAL_HANGUP == SIGHUP && DCC_SIGNAL_INTERRUPT == SIGINT);
G_STATIC_ASSERT(DCC_SIGNAL_QUIT == SIGQUIT && DCC_SIGNAL_ILLEGAL == SIGILL);
G_STATIC_ASSERT(DCC_SIGNAL_TRAP == SIGTRAP && DCC_SIGNAL_ABORT == SIGABRT);
G_STATIC_ASSERT(DCC_SIGNAL_BUS == SIGBUS && DCC_SIGNAL_FLOAT == SIGFPE);
G_STATIC_ASSERT(DCC_SIGNAL_KILL == SIGKILL && DCC_SIGNAL_SEGV == SIGSEGV);
G_STATIC_ASSERT(DCC_SIGNAL_PIPE == SIGPIPE && DCC_SIGNAL_TERMINATE == SIGTERM);
G_STATIC_ASSERT(DCC_SIGNAL_CONTINUE == SIGCONT && DCC_SIGNAL_STOP == SIGSTOP);
G_STATIC_ASSERT(DCC_SIGNAL_SYS == SIGSYS && DCC_SIGNAL_LAST + 1 == NSIG);

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
        decoded.signal = WTERMSIG(status);
        decoded.core_dumped = WCOREDUMP(status) != 0;
    }
    return decoded;
}

gboolean
dcc_exit_status_is_success(int status)
{
    return status == 0;
}
