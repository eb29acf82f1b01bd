/* The one descriptor of this process that stop requests are read from; see the header. */
#include "cli-signals.h"

#include "dcc-signals.h"
#include "dcc-stop-requests.h"

/* A batch system signals each process of a job, and the job's script hands its own signal on: two of
 * SIGTERM that come together are one request. Ctrl-C is somebody's finger, and counts. */
#define TOGETHER_US (2 * G_USEC_PER_SEC)

static int held_fd = -1;
static gint64 terminated_at; /* monotonic; 0: never */

void
cli_signals_hold(void)
{
    if (held_fd < 0)
        held_fd = dcc_stop_requests_hold(DCC_STOP_REQUEST_INTERRUPT | DCC_STOP_REQUEST_TERMINATE);
}

int
cli_signals_get_fd(void)
{
    return held_fd;
}

static gboolean
is_echo(void)
{
    gint64 before = terminated_at, now = g_get_monotonic_time();

    if (before != 0 && now < before + TOGETHER_US)
        return TRUE;
    terminated_at = now;
    return FALSE;
}

int
cli_signals_take(void)
{
    DccStopRequests request;

    while ((request = held_fd >= 0 ? dcc_stop_requests_take(held_fd) : 0) != 0) {
        if (request == DCC_STOP_REQUEST_INTERRUPT)
            return DCC_SIGNAL_INTERRUPT;
        if (!is_echo())
            return DCC_SIGNAL_TERMINATE;
    }
    return 0;
}
