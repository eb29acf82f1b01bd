/* An order to a shim of which nothing is known; see the header. */
#include "dcc-shim-blind.h"

#include "dcc-shim-files.h"
#include "dcc-shim-link.h"
#include "dcc-shim-socket.h"

#include <errno.h>
#include <unistd.h>

static gboolean
is_over(int fd)
{
    DccShimMessage message;
    gssize n = dcc_shim_socket_receive(fd, &message);

    if (n == (gssize)sizeof message)
        return message.what == DCC_SHIM_EMPTY;
    return n >= 0 || (errno != EAGAIN && errno != EINTR);
}

static gboolean
await_end(int fd, gint64 ms)
{
    gint64 until = g_get_monotonic_time() + ms * 1000;
    GPollFD poll = {.fd = fd, .events = G_IO_IN | G_IO_HUP};

    for (gint64 left = ms; left > 0; left = (until - g_get_monotonic_time()) / 1000)
        if (g_poll(&poll, 1, (gint)MIN(left, G_MAXINT)) > 0 && is_over(fd))
            return TRUE;
    return FALSE;
}

gboolean
dcc_shim_blind_kill(const char *dir, gint64 ms)
{
    const DccShimMessage message = {DCC_SHIM_MAGIC, DCC_SHIM_VERSION, (guint16)DCC_SHIM_KILL_TREE};
    int fd = dcc_shim_files_connect(dir);
    gboolean done;

    if (fd < 0)
        return FALSE;
    done = dcc_shim_socket_send(fd, &message) && await_end(fd, ms);
    close(fd);
    return done;
}
