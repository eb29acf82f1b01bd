/* Bytes between programs; see the header. Threading: see the header. */
#include "dcc-bytes.h"

#include <errno.h>
#include <unistd.h>

static void
wait_for(int fd, gushort events)
{
    GPollFD poller = {.fd = fd, .events = events};

    g_poll(&poller, 1, -1);
}

static gboolean
is_over(gssize n)
{
    return n < 0 && errno != EINTR && errno != EAGAIN;
}

gssize
dcc_bytes_read(int fd, void *bytes, gsize n)
{
    gssize got;

    do {
        wait_for(fd, G_IO_IN);
        got = read(fd, bytes, n);
    } while (got < 0 && !is_over(got));
    return got;
}

gboolean
dcc_bytes_write(int fd, const void *bytes, gsize n)
{
    const char *at = bytes;

    while (n > 0) {
        gssize written;

        wait_for(fd, G_IO_OUT);
        written = write(fd, at, n);
        if (is_over(written))
            return FALSE;
        at += MAX(written, 0);
        n -= (gsize)MAX(written, 0);
    }
    return TRUE;
}
