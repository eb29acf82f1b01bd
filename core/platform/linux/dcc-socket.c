/* Unix sockets in a directory.
 *
 * A socket's path may have 107 bytes, a home or runtime directory more: so the directory is opened
 * first and the socket named through /proc/self/fd, which is always short.
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

int
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

static int
connect_socket(const char *dir, const char *file, int flags)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);

    if (fd >= 0 && with_address(dir, file, fd, connect) != 0)
        return close_keeping_errno(fd);
    return fd;
}

int
dcc_socket_connect(const char *dir, const char *file)
{
    return connect_socket(dir, file, 0);
}

int
dcc_socket_dial(const char *dir, const char *file)
{
    return connect_socket(dir, file, SOCK_NONBLOCK);
}

static gboolean
get_peer(int fd, struct ucred *peer)
{
    socklen_t length = sizeof *peer;

    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, peer, &length) == 0;
}

gboolean
dcc_socket_peer_is_ours(int fd)
{
    struct ucred peer;

    return get_peer(fd, &peer) && (peer.uid == geteuid() || peer.uid == 0);
}

gint64
dcc_socket_get_peer_pid(int fd)
{
    struct ucred peer;

    return get_peer(fd, &peer) && peer.pid > 0 ? peer.pid : -1;
}

static gssize
would_wait_or_over(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? 0 : -1;
}

gssize
dcc_socket_send(int fd, const void *bytes, gsize length)
{
    gssize n = send(fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);

    return n >= 0 ? n : would_wait_or_over();
}

gssize
dcc_socket_receive(int fd, void *bytes, gsize length)
{
    gssize n = recv(fd, bytes, length, MSG_DONTWAIT);

    if (n == 0)
        return -1;
    return n > 0 ? n : would_wait_or_over();
}

GSource *
dcc_socket_watch(int fd, GIOCondition condition, GSourceFunc func, gpointer data)
{
    return dcc_source_attach(g_unix_fd_source_new(fd, condition), func, data);
}
