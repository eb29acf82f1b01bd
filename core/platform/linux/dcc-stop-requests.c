/* Requests to stop: blocked signals, read from a signalfd. Threading: see the header. */
#include "dcc-stop-requests.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

int
dcc_stop_requests_hold(DccStopRequests which)
{
    sigset_t set;
    int fd;

    sigemptyset(&set);
    if (which & DCC_STOP_REQUEST_TERMINATE)
        sigaddset(&set, SIGTERM);
    if (which & DCC_STOP_REQUEST_INTERRUPT)
        sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        sigprocmask(SIG_UNBLOCK, &set, NULL);
    return fd;
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
    struct signalfd_siginfo info;

    if (read(fd, &info, sizeof info) != (gssize)sizeof info)
        return 0;
    return info.ssi_signo == SIGINT ? DCC_STOP_REQUEST_INTERRUPT : DCC_STOP_REQUEST_TERMINATE;
}
