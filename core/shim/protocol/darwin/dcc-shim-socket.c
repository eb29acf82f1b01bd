/* SOCK_STREAM, for Darwin has no local sockets of packets: all messages have one size, one that has come in part is
 * waited for, and one that was sent in part is the end of the connection. See the header.
 *
 * Compiled and linked for macOS, never run. Threading: any. */
#include "dcc-shim-socket.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 64

/* By the directory's own path, and an address holds 103 bytes. FALSE with errno. */
static bool
find_address(int dir_fd, struct sockaddr_un *address)
{
    char dir[PATH_MAX];
    int n;

    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (fcntl(dir_fd, F_GETPATH, dir) != 0)
        return false;
    n = snprintf(address->sun_path, sizeof address->sun_path, "%s/" DCC_SHIM_FILE_SOCKET, dir);
    if (n > 0 && (size_t)n < sizeof address->sun_path)
        return true;
    errno = ENAMETOOLONG;
    return false;
}

static int
close_with(int fd, int errno_code)
{
    if (fd >= 0)
        close(fd);
    errno = errno_code;
    return -1;
}

/* Neither blocks, is inherited, nor signals. */
static int
tame(int fd)
{
    const int on = 1;

    if (fd < 0)
        return -1;
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on) != 0)
        return close_with(fd, errno);
    return fd;
}

static bool
peer_is_ours(int fd)
{
    uid_t uid = (uid_t)-1;
    gid_t gid;

    return getpeereid(fd, &uid, &gid) == 0 && uid == geteuid();
}

int
dcc_shim_socket_listen(int dir_fd)
{
    struct sockaddr_un address;
    int fd = -1;
    mode_t mask;
    bool ok;

    unlinkat(dir_fd, DCC_SHIM_FILE_SOCKET, 0);
    mask = umask(0177);
    ok = find_address(dir_fd, &address) && (fd = tame(socket(AF_UNIX, SOCK_STREAM, 0))) >= 0 &&
         bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, BACKLOG) == 0;
    umask(mask);
    return ok ? fd : close_with(fd, errno);
}

int
dcc_shim_socket_accept(int listen_fd)
{
    int fd = tame(accept(listen_fd, NULL, NULL));

    return fd < 0 || peer_is_ours(fd) ? fd : close_with(fd, EPERM);
}

int
dcc_shim_socket_connect(int dir_fd)
{
    struct sockaddr_un address;
    int fd;

    if (!find_address(dir_fd, &address))
        return -1;
    fd = tame(socket(AF_UNIX, SOCK_STREAM, 0));
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        return close_with(fd, errno);
    return peer_is_ours(fd) ? fd : close_with(fd, EPERM);
}

int
dcc_shim_socket_pair(int fds[2])
{
    int error;

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0)
        return -1;
    fds[0] = tame(fds[0]);
    error = errno;
    fds[1] = tame(fds[1]);
    if (fds[0] >= 0 && fds[1] >= 0)
        return 0;
    error = fds[0] < 0 ? error : errno;
    close_with(fds[0], 0);
    return close_with(fds[1], error);
}

bool
dcc_shim_socket_send(int fd, const DccShimMessage *message)
{
    ssize_t n = send(fd, message, sizeof *message, MSG_DONTWAIT);

    if (n == (ssize_t)sizeof *message)
        return true;
    /* What follows would be read out of step. */
    if (n >= 0) {
        shutdown(fd, SHUT_RDWR);
        errno = EPIPE;
    }
    return false;
}

/* Looked at first: it is taken whole. */
ssize_t
dcc_shim_socket_receive(int fd, DccShimMessage *message)
{
    ssize_t n = recv(fd, message, sizeof *message, MSG_DONTWAIT | MSG_PEEK);

    if (n == (ssize_t)sizeof *message)
        return recv(fd, message, sizeof *message, MSG_DONTWAIT);
    if (n <= 0)
        return n;
    errno = EAGAIN;
    return -1;
}

bool
dcc_shim_socket_is_taken(int fd)
{
    int unread = 0;
    socklen_t size = sizeof unread;

    return getsockopt(fd, SOL_SOCKET, SO_NWRITE, &unread, &size) == 0 && unread == 0;
}
