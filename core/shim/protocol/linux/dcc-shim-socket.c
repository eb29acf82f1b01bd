/* SOCK_SEQPACKET; see the header. Threading: any. */
#include "dcc-shim-socket.h"

#include <errno.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 64

/* By way of /proc, for the directory's own path may be longer than an address can hold. */
static struct sockaddr_un
address_in(int dir_fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    snprintf(address.sun_path,
             sizeof address.sun_path,
             "/proc/self/fd/%d/" DCC_SHIM_FILE_SOCKET,
             dir_fd);
    return address;
}

static int
new_socket(void)
{
    return socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

static int
close_with(int fd, int errno_code)
{
    if (fd >= 0)
        close(fd);
    errno = errno_code;
    return -1;
}

static bool
peer_is_ours(int fd)
{
    struct ucred peer = {.uid = (uid_t)-1};
    socklen_t size = sizeof peer;

    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == geteuid();
}

int
dcc_shim_socket_listen(int dir_fd)
{
    struct sockaddr_un address = address_in(dir_fd);
    int fd = new_socket();
    mode_t mask;
    bool ok;

    unlinkat(dir_fd, DCC_SHIM_FILE_SOCKET, 0);
    mask = umask(0177);
    ok = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
         listen(fd, BACKLOG) == 0;
    umask(mask);
    return ok ? fd : close_with(fd, errno);
}

int
dcc_shim_socket_accept(int listen_fd)
{
    int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    return fd < 0 || peer_is_ours(fd) ? fd : close_with(fd, EPERM);
}

int
dcc_shim_socket_connect(int dir_fd)
{
    struct sockaddr_un address = address_in(dir_fd);
    int fd = new_socket();

    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        return close_with(fd, errno);
    return peer_is_ours(fd) ? fd : close_with(fd, EPERM);
}

int
dcc_shim_socket_pair(int fds[2])
{
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds);
}

bool
dcc_shim_socket_send(int fd, const DccShimMessage *message)
{
    return send(fd, message, sizeof *message, MSG_NOSIGNAL | MSG_DONTWAIT) ==
           (ssize_t)sizeof *message;
}

ssize_t
dcc_shim_socket_receive(int fd, DccShimMessage *message)
{
    return recv(fd, message, sizeof *message, MSG_DONTWAIT | MSG_TRUNC);
}

bool
dcc_shim_socket_is_taken(int fd)
{
    int unread = 0;

    return ioctl(fd, SIOCOUTQ, &unread) == 0 && unread == 0;
}
