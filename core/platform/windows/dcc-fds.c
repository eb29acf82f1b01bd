/* Descriptors of the C library, and flags; see the header. Threading: any. */
#include "dcc-fds.h"

#include "dcc-handle.h"

#include <winsock2.h>
#include <ws2tcpip.h>
/* after winsock2.h, which it would replace by an older one */
#include <windows.h>

#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <stdio.h>

#define PIPE_BYTES    65536
#define LOOK_EVERY_US 5000

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

/* No pipe can be waited for together with another: they are looked at. */
void
dcc_fds_wait_for_input(GPollFD *fds, guint n, int timeout_ms)
{
    gint64 end = g_get_monotonic_time() + timeout_ms * G_GINT64_CONSTANT(1000);
    gboolean any = FALSE;

    for (;;) {
        for (guint i = 0; i < n; i++) {
            fds[i].revents = look_at_pipe((int)fds[i].fd);
            any = any || fds[i].revents != 0;
        }
        if (any || (timeout_ms >= 0 && g_get_monotonic_time() >= end))
            return;
        g_usleep(LOOK_EVERY_US);
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

/* Where it is read and written next is changed: what is appended goes to the end all the same. */
gboolean
dcc_fds_read_byte_at(int fd, gint64 offset, char *byte)
{
    return _lseeki64(fd, offset, SEEK_SET) == offset && _read(fd, byte, 1) == 1;
}

void
dcc_fds_close(int *fd)
{
    if (*fd >= 0)
        _close(*fd);
    *fd = -1;
}

/* Other main loops wait for sockets alone: this one is connected to itself, and hears nobody else. */
static SOCKET
open_own_ear(void)
{
    struct sockaddr_in place = {.sin_family = AF_INET};
    int length = sizeof place;
    u_long nonblocking = 1;
    SOCKET ear = WSASocketW(AF_INET, SOCK_DGRAM, 0, NULL, 0, WSA_FLAG_NO_HANDLE_INHERIT);

    if (ear == INVALID_SOCKET)
        return ear;
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(ear, (struct sockaddr *)&place, length) == 0 &&
        getsockname(ear, (struct sockaddr *)&place, &length) == 0 &&
        connect(ear, (struct sockaddr *)&place, length) == 0 &&
        ioctlsocket(ear, FIONBIO, &nonblocking) == 0)
        return ear;
    closesocket(ear);
    return INVALID_SOCKET;
}

int
dcc_fds_open_flag(gboolean up)
{
    WSADATA data;
    SOCKET ear;

    if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
        return -1;
    ear = open_own_ear();
    if (ear == INVALID_SOCKET)
        return -1;
    if (up)
        dcc_fds_set_flag((int)ear, TRUE);
    return (int)ear;
}

void
dcc_fds_set_flag(int fd, gboolean up)
{
    char byte = 0;

    if (up)
        send((SOCKET)fd, &byte, 1, 0);
    else
        while (recv((SOCKET)fd, &byte, 1, 0) > 0)
            continue;
}

void
dcc_fds_close_flag(int *fd)
{
    if (*fd >= 0)
        closesocket((SOCKET)*fd);
    *fd = -1;
}
