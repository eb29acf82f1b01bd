/* Descriptors of the C library; see the header. Threading: any. */
#include "dcc-fds.h"

#include "dcc-handle.h"

#include <winsock2.h>
/* after winsock2.h, which it would replace by an older one */
#include <windows.h>

#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <stdio.h>

#define PIPE_BYTES    65536
#define LOOK_EVERY_MS 5
#define MAX_PAUSE_MS  60000
#define PIPE_MARK     (G_GINT64_CONSTANT(1) << 32)

gboolean
dcc_fds_is_open(int fd)
{
    return dcc_handle_of_fd(fd) != NULL;
}

/* A number below 3 is given to nobody by the C library of this system. */
void
dcc_fds_guard_standard(void)
{
}

gboolean
dcc_fds_is_pipe(int fd)
{
    HANDLE handle = dcc_handle_of_fd(fd);

    return handle != NULL && GetFileType(handle) == FILE_TYPE_PIPE;
}

void
dcc_fds_set_private(int fd)
{
    HANDLE handle = dcc_handle_of_fd(fd);

    if (handle != NULL)
        SetHandleInformation(handle, HANDLE_FLAG_INHERIT, 0);
}

gboolean
dcc_fds_open_pipe(int fds[2], GError **error)
{
    if (_pipe(fds, PIPE_BYTES, _O_BINARY | _O_NOINHERIT) == 0)
        return TRUE;
    g_set_error(error, DCC_ERROR, DCC_ERROR_FAILED, "cannot open a pipe: %s", g_strerror(errno));
    return FALSE;
}

void
dcc_fds_set_nonblocking(int fd)
{
    DWORD mode = PIPE_READMODE_BYTE | PIPE_NOWAIT;
    HANDLE handle = dcc_handle_of_fd(fd);

    if (handle != NULL)
        SetNamedPipeHandleState(handle, &mode, NULL, NULL);
}

static gushort
look_at_pipe(int fd)
{
    HANDLE handle = dcc_handle_of_fd(fd);
    DWORD there = 0;

    if (handle == NULL || !PeekNamedPipe(handle, NULL, 0, NULL, &there, NULL))
        return G_IO_HUP;
    return there > 0 ? G_IO_IN : 0;
}

/* Sockets and descriptors of the C library are numbers of two kinds, both below 32 bits. */
gint64
dcc_fds_of_pipe(int fd)
{
    return fd >= 0 ? (gint64)fd | PIPE_MARK : -1;
}

/* Returns how many pipes have news; *any: there are some. */
static int
look_at_pipes(GPollFD *fds, guint n, gboolean *any)
{
    int ready = 0;

    *any = FALSE;
    for (guint i = 0; i < n; i++) {
        gboolean is_pipe = fds[i].fd >= 0 && (fds[i].fd & PIPE_MARK) != 0;

        fds[i].revents = is_pipe ? look_at_pipe((int)(fds[i].fd & ~PIPE_MARK)) : 0;
        ready += fds[i].revents != 0;
        *any = *any || is_pipe;
    }
    return ready;
}

/* sockets: room for n of them. */
static int
wait_for_sockets(GPollFD *fds, guint n, WSAPOLLFD *sockets, int timeout_ms)
{
    guint n_sockets = 0, at = 0;
    int ready = 0;

    for (guint i = 0; i < n; i++)
        if (fds[i].fd >= 0 && !(fds[i].fd & PIPE_MARK))
            sockets[n_sockets++] = (WSAPOLLFD){
                .fd = (SOCKET)fds[i].fd,
                .events = (SHORT)((fds[i].events & G_IO_IN ? POLLRDNORM : 0) |
                                  (fds[i].events & G_IO_OUT ? POLLWRNORM : 0)),
            };
    if (n_sockets == 0)
        g_usleep((gulong)timeout_ms * 1000);
    else
        ready = WSAPoll(sockets, n_sockets, timeout_ms);
    for (guint i = 0; i < n && ready > 0; i++)
        if (fds[i].fd >= 0 && !(fds[i].fd & PIPE_MARK)) {
            SHORT news = sockets[at++].revents;

            fds[i].revents =
                (gushort)((news & POLLRDNORM ? G_IO_IN : 0) | (news & POLLWRNORM ? G_IO_OUT : 0) |
                          (news & (POLLHUP | POLLERR | POLLNVAL) ? G_IO_HUP : 0));
        }
    return MAX(ready, 0);
}

/* No pipe can be waited for together with another, or with a socket: they are looked at. */
int
dcc_fds_wait(GPollFD *fds, guint n, int timeout_ms)
{
    gint64 end = g_get_monotonic_time() + timeout_ms * G_GINT64_CONSTANT(1000);
    g_autofree WSAPOLLFD *sockets = g_new0(WSAPOLLFD, MAX(n, 1));

    for (;;) {
        gint64 left =
            timeout_ms < 0 ? G_MAXINT : MAX(0, (end - g_get_monotonic_time() + 999) / 1000);
        gboolean pipes;
        int ready = look_at_pipes(fds, n, &pipes);
        gint64 pause = ready > 0 ? 0 : MIN(left, pipes ? LOOK_EVERY_MS : MAX_PAUSE_MS);

        ready += wait_for_sockets(fds, n, sockets, (int)pause);
        if (ready > 0 || left == 0)
            return ready;
    }
}

gboolean
dcc_fds_write_all(int fd, const char *bytes, gsize n)
{
    while (n > 0) {
        int written = _write(fd, bytes, (unsigned)MIN(n, G_MAXINT));

        if (written <= 0)
            return FALSE;
        bytes += written;
        n -= (gsize)written;
    }
    return TRUE;
}

gboolean
dcc_fds_sync(int fd)
{
    return _commit(fd) == 0;
}

gssize
dcc_fds_read_at(int fd, gint64 offset, void *bytes, gsize n)
{
    if (_lseeki64(fd, offset, SEEK_SET) != offset)
        return -1;
    return _read(fd, bytes, (unsigned)MIN(n, G_MAXINT));
}

void
dcc_fds_close(int *fd)
{
    if (*fd >= 0)
        _close(*fd);
    *fd = -1;
}
