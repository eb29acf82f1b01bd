/* Unix sockets in a directory; see the header. An address holds 103 bytes, and a longer path is refused: there is no
 * other name for a directory here. Compiled and linked for macOS, never run. */
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

/* FALSE with errno. */
static gboolean
set_address(struct sockaddr_un *address, const char *dir, const char *file)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if ((gsize)g_snprintf(address->sun_path, sizeof address->sun_path, "%s/%s", dir, file) <
        sizeof address->sun_path)
        return TRUE;
    errno = ENAMETOOLONG;
    return FALSE;
}

static int
close_keeping_errno(int fd)
{
    int saved = errno;

    if (fd >= 0)
        close(fd);
    errno = saved;
    return -1;
}

/* Neither inherited, nor does it signal. */
static int
tame(int fd, gboolean blocks)
{
    const int on = 1;

    if (fd >= 0 &&
        (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 || fcntl(fd, F_SETFL, blocks ? 0 : O_NONBLOCK) != 0 ||
         setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on) != 0))
        return close_keeping_errno(fd);
    return fd;
}

static int
listen_at(const char *path, const struct sockaddr_un *address)
{
    int fd = tame(socket(AF_UNIX, SOCK_STREAM, 0), FALSE);

    if (fd < 0 || (unlink(path) != 0 && errno != ENOENT) ||
        bind(fd, (const struct sockaddr *)address, sizeof *address) != 0 ||
        chmod(path, 0600) != 0 || listen(fd, BACKLOG) != 0)
        return close_keeping_errno(fd);
    return fd;
}

DccSocket
dcc_socket_listen(const char *dir, const char *file, GError **error)
{
    g_autofree char *path = g_build_filename(dir, file, NULL);
    struct sockaddr_un address;
    int fd = set_address(&address, dir, file) ? listen_at(path, &address) : -1;

    if (fd < 0)
        g_set_error(
            error, DCC_ERROR, DCC_ERROR_UNSAFE, "cannot listen on %s: %s", path, g_strerror(errno));
    return fd;
}

static DccSocket
connect_socket(const char *dir, const char *file, gboolean blocks)
{
    struct sockaddr_un address;
    int fd;

    if (!set_address(&address, dir, file))
        return -1;
    fd = tame(socket(AF_UNIX, SOCK_STREAM, 0), blocks);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        return close_keeping_errno(fd);
    return fd;
}

DccSocket
dcc_socket_connect(const char *dir, const char *file)
{
    return connect_socket(dir, file, TRUE);
}

DccSocket
dcc_socket_dial(const char *dir, const char *file)
{
    return connect_socket(dir, file, FALSE);
}

DccSocket
dcc_socket_accept(DccSocket self)
{
    return tame(accept(self, NULL, NULL), FALSE);
}

gssize
dcc_socket_send(DccSocket self, const void *bytes, gsize n, gboolean wait)
{
    return send(self, bytes, n, wait ? 0 : MSG_DONTWAIT);
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

gboolean
dcc_socket_peer_is_ours(DccSocket self)
{
    uid_t uid;
    gid_t gid;

    return getpeereid(self, &uid, &gid) == 0 && (uid == geteuid() || uid == 0);
}

gint64
dcc_socket_get_peer_pid(DccSocket self)
{
    pid_t pid = -1;
    socklen_t length = sizeof pid;

    return getsockopt(self, SOL_LOCAL, LOCAL_PEERPID, &pid, &length) == 0 && pid > 0 ? pid : -1;
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
