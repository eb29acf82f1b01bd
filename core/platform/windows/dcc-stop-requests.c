/* Requests to stop: what the console says, which the system says in a thread of its own. They are counted, and a flag
 * (dcc-fds.h) is up while there are any. Threading: see the header. */
#include "dcc-stop-requests.h"

#include "dcc-fds.h"

#include <gio/gio.h>
/* before windows.h, which would bring an older one */
#include <gio/gnetworking.h>

#include <windows.h>

static int flag = -1;
static DccStopRequests held;
static gint interrupts, terminations;

static gboolean
note(DccStopRequests request, gint *count)
{
    if (!(held & request))
        return FALSE;
    g_atomic_int_inc(count);
    dcc_fds_set_flag(flag, TRUE);
    return TRUE;
}

/* FALSE: what the system does about it, which is to end this process. */
static BOOL WINAPI
on_console(DWORD event)
{
    gboolean noted = event == CTRL_C_EVENT ? note(DCC_STOP_REQUEST_INTERRUPT, &interrupts)
                                           : note(DCC_STOP_REQUEST_TERMINATE, &terminations);

    /* When this returns the process is ended; until then the system waits some seconds. */
    if (noted && event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
        Sleep(INFINITE);
    return noted;
}

int
dcc_stop_requests_hold(DccStopRequests which)
{
    if (flag < 0)
        flag = dcc_fds_open_flag(FALSE);
    if (flag < 0)
        return -1;
    held = which;
    /* Whoever was started in a group of its own does not hear Ctrl-C unless it asks to. */
    SetConsoleCtrlHandler(NULL, FALSE);
    SetConsoleCtrlHandler(on_console, FALSE);
    if (SetConsoleCtrlHandler(on_console, TRUE))
        return flag;
    dcc_fds_close_flag(&flag);
    return -1;
}

static gboolean
take_one(gint *count)
{
    gint n = g_atomic_int_get(count);

    while (n > 0 && !g_atomic_int_compare_and_exchange(count, n, n - 1))
        n = g_atomic_int_get(count);
    return n > 0;
}

/* The flag goes down before it is looked whether there is more: one that comes meanwhile puts it up again. */
DccStopRequests
dcc_stop_requests_take(int fd)
{
    DccStopRequests request = 0;

    dcc_fds_set_flag(fd, FALSE);
    if (take_one(&interrupts))
        request = DCC_STOP_REQUEST_INTERRUPT;
    else if (take_one(&terminations))
        request = DCC_STOP_REQUEST_TERMINATE;
    if (g_atomic_int_get(&interrupts) + g_atomic_int_get(&terminations) > 0)
        dcc_fds_set_flag(fd, TRUE);
    return request;
}

typedef struct {
    GSource source;
    gpointer event;
    GPollFD poller;
    int fd;
} Watch;

static gboolean
is_up(int fd)
{
    fd_set ready;
    struct timeval none = {0, 0};

    FD_ZERO(&ready);
    FD_SET((SOCKET)fd, &ready);
    return select(0, &ready, NULL, NULL, &none) > 0;
}

static gboolean
prepare(GSource *source, int *timeout)
{
    *timeout = -1;
    return is_up(((Watch *)source)->fd);
}

static gboolean
check(GSource *source)
{
    return is_up(((Watch *)source)->fd);
}

static gboolean
dispatch(GSource *source, GSourceFunc func, gpointer data)
{
    WSAResetEvent(((Watch *)source)->event);
    return func != NULL ? func(data) : G_SOURCE_CONTINUE;
}

static void
finalize(GSource *source)
{
    Watch *self = (Watch *)source;
    u_long nonblocking = 1;

    WSAEventSelect((SOCKET)self->fd, NULL, 0);
    ioctlsocket((SOCKET)self->fd, (long)FIONBIO, &nonblocking);
    WSACloseEvent(self->event);
}

static GSourceFuncs watch_funcs = {
    .prepare = prepare, .check = check, .dispatch = dispatch, .finalize = finalize};

GSource *
dcc_stop_requests_watch(int fd, GSourceFunc func, gpointer data)
{
    g_autoptr(GMainContext) context = g_main_context_ref_thread_default();
    GSource *source = g_source_new(&watch_funcs, sizeof(Watch));
    Watch *self = (Watch *)source;

    self->fd = fd;
    self->event = WSACreateEvent();
    self->poller = (GPollFD){.fd = (gintptr)self->event, .events = G_IO_IN};
    WSAEventSelect((SOCKET)fd, self->event, FD_READ);
    g_source_set_name(source, "dcc-stop-requests");
    g_source_add_poll(source, &self->poller);
    g_source_set_priority(source, G_PRIORITY_HIGH);
    g_source_set_callback(source, func, data, NULL);
    g_source_attach(source, context);
    return source;
}
