/* How this process was started; see dcc-own-process.h. Compiled and linked for macOS, never run. Threading: see there. */
#include "dcc-own-process.h"
#include "dcc-quiet-thread.h"

#include <libproc.h>
#include <mach-o/dyld.h>
#include <poll.h>
#include <signal.h>
#include <sys/event.h>
#include <unistd.h>

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

gboolean
dcc_own_process_is_privileged(void)
{
    return issetugid() != 0;
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
