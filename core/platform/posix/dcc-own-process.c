/* This process; see the header. Threading: see the header. */
#include "dcc-own-process.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

gint64
dcc_own_process_get_parent(void)
{
    return getppid();
}

const char *const *
dcc_own_process_read_environment(char ***held)
{
    *held = NULL;
    return (const char *const *)environ;
}

/* Those that were reaped have left their figures. */
gboolean
dcc_own_process_has_had_children(void)
{
    struct rusage usage = {0};
    siginfo_t info = {0};

    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0)
        return TRUE;
    return getrusage(RUSAGE_CHILDREN, &usage) == 0 && usage.ru_maxrss > 0;
}

void
dcc_own_process_limit_memory(guint64 bytes)
{
    const struct rlimit limit = {bytes, bytes};

    setrlimit(RLIMIT_AS, &limit);
}

void
dcc_own_process_forbid_core(void)
{
    const struct rlimit none = {0, 0};

    setrlimit(RLIMIT_CORE, &none);
}

void
dcc_own_process_ignore_broken_pipes(void)
{
    signal(SIGPIPE, SIG_IGN);
}

void
dcc_own_process_ignore_notices(void)
{
    static const int notices[] = {
        SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU, SIGALRM, SIGVTALRM, SIGPROF, SIGIO};

    for (guint i = 0; i < G_N_ELEMENTS(notices); i++)
        signal(notices[i], SIG_IGN);
    dcc_own_process_ignore_broken_pipes();
}

void
dcc_own_process_end_by_broken_pipe(void)
{
    signal(SIGPIPE, SIG_DFL);
    raise(SIGPIPE);
}
