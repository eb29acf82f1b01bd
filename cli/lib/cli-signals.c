/* The one descriptor of this process that stop requests are read from; see the header. */
#include "cli-signals.h"

#include "dcc-signals.h"
#include "dcc-stop-requests.h"

static int held_fd = -1;

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

int
cli_signals_take(void)
{
    DccStopRequests request = held_fd >= 0 ? dcc_stop_requests_take(held_fd) : 0;

    if (request == 0)
        return 0;
    return request == DCC_STOP_REQUEST_INTERRUPT ? DCC_SIGNAL_INTERRUPT : DCC_SIGNAL_TERMINATE;
}
