/* This process; see the header. Compiled and linked for macOS, never run. Threading: see the header. */
#include "dcc-own-process.h"

#include "dcc-quiet-thread.h"

#include <libproc.h>
#include <mach-o/dyld.h>
#include <poll.h>
#include <signal.h>
#include <sys/event.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

char *
dcc_own_process_get_program(void)
{
    char path[PROC_PIDPATHINFO_MAXSIZE];
    guint32 size = sizeof path;

    if (proc_pidpath(getpid(), path, sizeof path) > 0)
        return g_strdup(path);
    /* What it was executed as. */
    return g_canonicalize_filename(_NSGetExecutablePath(path, &size) == 0 ? path : "dcchost", NULL);
}

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

gboolean
dcc_own_process_is_privileged(void)
{
    return issetugid() != 0;
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

static gpointer
wait_for_parent(gpointer data)
{
    struct kevent event;

    if (kevent(GPOINTER_TO_INT(data), NULL, 0, &event, 1, NULL) == 1)
        kill(getpid(), SIGKILL);
    return NULL;
}

/* No signal comes when a parent ends, so a thread waits for that. FALSE with nothing done. */
static gboolean
watch_parent(void)
{
    struct kevent change;
    int queue = kqueue();
    GThread *thread = NULL;

    if (queue < 0)
        return FALSE;
    EV_SET(&change, (uintptr_t)getppid(), EVFILT_PROC, EV_ADD, NOTE_EXIT, 0, NULL);
    if (kevent(queue, &change, 1, NULL, 0, NULL) == 0)
        thread = dcc_quiet_thread_new("dcc-parent", wait_for_parent, GINT_TO_POINTER(queue), NULL);
    if (thread == NULL) {
        close(queue);
        return FALSE;
    }
    g_thread_unref(thread);
    return TRUE;
}

gboolean
dcc_own_process_bind_to_parent(int fd)
{
    struct pollfd reader = {fd, 0, 0};

    if (!watch_parent())
        return FALSE;
    /* It may have ended before it could be bound to: its end of the pipe is then closed. */
    return poll(&reader, 1, 0) <= 0 || (reader.revents & (POLLERR | POLLHUP)) == 0;
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
