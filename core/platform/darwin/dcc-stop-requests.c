/* Requests to stop: ignored signals, which a kqueue counts all the same. Compiled and linked for macOS, never run. Threading: see the header. */
#include "dcc-stop-requests.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/event.h>
#include <unistd.h>

static gboolean
hold(int queue, int sig)
{
    struct kevent change;

    EV_SET(&change, (uintptr_t)sig, EVFILT_SIGNAL, EV_ADD | EV_CLEAR, 0, 0, NULL);
    if (kevent(queue, &change, 1, NULL, 0, NULL) != 0)
        return FALSE;
    signal(sig, SIG_IGN);
    return TRUE;
}

int
dcc_stop_requests_hold(DccStopRequests which)
{
    int queue = kqueue();

    if (queue < 0)
        return -1;
    fcntl(queue, F_SETFD, FD_CLOEXEC);
    if ((!(which & DCC_STOP_REQUEST_TERMINATE) || hold(queue, SIGTERM)) &&
        (!(which & DCC_STOP_REQUEST_INTERRUPT) || hold(queue, SIGINT)))
        return queue;
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    close(queue);
    return -1;
}

static gboolean
dispatch(GSource *source, GSourceFunc func, gpointer data)
{
    return func != NULL ? func(data) : G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = {.dispatch = dispatch};

GSource *
dcc_stop_requests_watch(int fd, GSourceFunc func, gpointer data)
{
    g_autoptr(GMainContext) context = g_main_context_ref_thread_default();
    GSource *source = g_source_new(&source_funcs, sizeof(GSource));

    g_source_set_name(source, "dcc-stop-requests");
    g_source_add_unix_fd(source, fd, G_IO_IN);
    g_source_set_priority(source, G_PRIORITY_HIGH);
    g_source_set_callback(source, func, data, NULL);
    g_source_attach(source, context);
    return source;
}

DccStopRequests
dcc_stop_requests_take(int fd)
{
    const struct timespec at_once = {0, 0};
    struct kevent event;

    if (kevent(fd, NULL, 0, &event, 1, &at_once) != 1)
        return 0;
    return event.ident == SIGINT ? DCC_STOP_REQUEST_INTERRUPT : DCC_STOP_REQUEST_TERMINATE;
}
