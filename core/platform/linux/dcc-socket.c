/* Unix sockets in a directory; see the header.
 *
 * A socket's path may have 107 bytes, a home or runtime directory more: then the socket is named
 * through /proc/self/fd of the directory, which is always short.
 */
#include "dcc-socket.h"

#include "dcc-error.h"
#include "dcc-source.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 64

typedef int (*SocketFunc)(int fd, const struct sockaddr *address, socklen_t length);

static int
with_address(const char *dir, const char *file, int fd, SocketFunc func)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int result, saved;

    if (dir_fd < 0)
        return -1;
    /* By its own path where that fits: cleaners of /tmp spare the sockets whose paths they find in
     * /proc/net/unix. */
    if ((gsize)g_snprintf(address.sun_path, sizeof address.sun_path, "%s/%s", dir, file) >=
        sizeof address.sun_path)
        g_snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", dir_fd, file);
    result = func(fd, (struct sockaddr *)&address, sizeof address);
    saved = errno;
    close(dir_fd);
    errno = saved;
    return result;
}

static int
close_keeping_errno(int fd)
{
    int saved = errno;

    close(fd);
    errno = saved;
    return -1;
}

DccSocket
dcc_socket_listen(const char *dir, const char *file, GError **error)
{
    g_autofree char *path = g_build_filename(dir, file, NULL);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd >= 0) {
        if (unlink(path) != 0 && errno != ENOENT)
            fd = close_keeping_errno(fd);
        else if (with_address(dir, file, fd, bind) != 0 || chmod(path, 0600) != 0 ||
                 listen(fd, BACKLOG) != 0)
            fd = close_keeping_errno(fd);
    }
    if (fd < 0)
        g_set_error(
            error, DCC_ERROR, DCC_ERROR_UNSAFE, "cannot listen on %s: %s", path, g_strerror(errno));
    return fd;
}

static DccSocket
connect_socket(const char *dir, const char *file, int flags)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);

    if (fd >= 0 && with_address(dir, file, fd, connect) != 0)
        return close_keeping_errno(fd);
    return fd;
}

DccSocket
dcc_socket_connect(const char *dir, const char *file)
{
    return connect_socket(dir, file, 0);
}

DccSocket
dcc_socket_dial(const char *dir, const char *file)
{
    return connect_socket(dir, file, SOCK_NONBLOCK);
}

DccSocket
dcc_socket_accept(DccSocket self)
{
    return accept4(self, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

gssize
dcc_socket_send(DccSocket self, const void *bytes, gsize n, gboolean wait)
{
    return send(self, bytes, n, MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT));
}

gssize
dcc_socket_receive(DccSocket self, void *bytes, gsize n, gboolean wait)
{
    return recv(self, bytes, n, wait ? 0 : MSG_DONTWAIT);
}

void
dcc_socket_close(DccSocket *self)
{
    if (*self >= 0)
        close(*self);
    *self = DCC_SOCKET_NONE;
}

static gboolean
get_peer(DccSocket self, struct ucred *peer)
{
    socklen_t length = sizeof *peer;

    return getsockopt(self, SOL_SOCKET, SO_PEERCRED, peer, &length) == 0;
}

gboolean
dcc_socket_peer_is_ours(DccSocket self)
{
    struct ucred peer;

    return get_peer(self, &peer) && (peer.uid == geteuid() || peer.uid == 0);
}

gint64
dcc_socket_get_peer_pid(DccSocket self)
{
    struct ucred peer;

    return get_peer(self, &peer) && peer.pid > 0 ? peer.pid : -1;
}

/* The system has looked at who is there when the connection was made. */
GIOCondition
dcc_socket_wants(DccSocket self, GIOCondition condition)
{
    return condition;
}

GSource *
dcc_socket_watch(DccSocket self, GIOCondition condition, GSourceFunc func, gpointer data)
{
    return dcc_source_attach(g_unix_fd_source_new(self, condition), func, data);
}
