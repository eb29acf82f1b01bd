/* Clients of the shim; see the header.
 *
 * Problem: no client may hold the shim up. Contract: what one does not read in time costs it the
 * connection, and it may come again and be told the present state; the orders that it gave before
 * are read first, also of one that gave an order and hung up. Threading: one thread. */
#include "dcc-shim-clients.h"

#include <errno.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

bool
dcc_shim_clients_init(ShimClients *self, int dir_fd, int first_fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    mode_t mask;
    bool ok;

    for (int i = 0; i < DCC_SHIM_MAX_CLIENTS; i++)
        self->all[i] = (ShimClient){.fd = i == 0 ? first_fd : -1};
    self->listen_fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    /* By way of /proc, for the directory's own path may be longer than an address can hold. */
    snprintf(address.sun_path,
             sizeof address.sun_path,
             "/proc/self/fd/%d/" DCC_SHIM_FILE_SOCKET,
             dir_fd);
    unlinkat(dir_fd, DCC_SHIM_FILE_SOCKET, 0);
    mask = umask(0177);
    ok = self->listen_fd >= 0 &&
         bind(self->listen_fd, (struct sockaddr *)&address, sizeof address) == 0 &&
         listen(self->listen_fd, 64) == 0;
    umask(mask);
    return ok;
}

int
dcc_shim_clients_accept(ShimClients *self)
{
    struct ucred peer = {.uid = (uid_t)-1};
    socklen_t size = sizeof peer;
    int fd = accept4(self->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd < 0)
        return -1;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == geteuid())
        for (int i = 0; i < DCC_SHIM_MAX_CLIENTS; i++)
            if (self->all[i].fd < 0) {
                self->all[i] = (ShimClient){.fd = fd};
                return i;
            }
    close(fd);
    return -1;
}

bool
dcc_shim_clients_has_any(const ShimClients *self)
{
    for (int i = 0; i < DCC_SHIM_MAX_CLIENTS; i++)
        if (self->all[i].fd >= 0)
            return true;
    return false;
}

static bool
send_message(const ShimClient *client, unsigned news)
{
    const DccShimMessage message = {DCC_SHIM_MAGIC, DCC_SHIM_VERSION, (uint16_t)news};

    return send(client->fd, &message, sizeof message, MSG_NOSIGNAL | MSG_DONTWAIT) ==
           (ssize_t)sizeof message;
}

void
dcc_shim_clients_tell_one(ShimClients *self, int client, unsigned news)
{
    ShimClient *to = &self->all[client];

    if (to->fd < 0 || to->hopeless)
        return;
    to->has_output = false;
    if (send_message(to, news) || errno == EPIPE || errno == ECONNRESET)
        return; /* Or hung up: that is heard, behind the last orders. */
    to->hopeless = true;
    /* Makes the socket readable, so the next turn hears it and lets go. */
    shutdown(to->fd, SHUT_RD);
}

void
dcc_shim_clients_tell(ShimClients *self, unsigned news)
{
    for (int i = 0; i < DCC_SHIM_MAX_CLIENTS; i++)
        dcc_shim_clients_tell_one(self, i, news);
}

/* What was written to the log before now is read by a client that takes the message after now: so
 * as long as one lies there, another would say nothing new. */
static bool
has_taken_all(const ShimClient *client)
{
    int unread = 0;

    return ioctl(client->fd, SIOCOUTQ, &unread) != 0 || unread == 0;
}

void
dcc_shim_clients_tell_output(ShimClients *self)
{
    for (int i = 0; i < DCC_SHIM_MAX_CLIENTS; i++) {
        ShimClient *to = &self->all[i];

        if (to->fd < 0 || to->hopeless || (to->has_output && !has_taken_all(to)))
            continue;
        /* No room: then there are unread ones, and they will do. */
        send_message(to, NEWS_OUTPUT);
        to->has_output = true;
    }
}

void
dcc_shim_clients_hear(ShimClients *self, int client, ShimOrderFunc func, void *data)
{
    ShimClient *from = &self->all[client];

    while (from->fd >= 0) {
        DccShimMessage message = {0};
        ssize_t n = recv(from->fd, &message, sizeof message, MSG_DONTWAIT | MSG_TRUNC);

        /* Reset: it hung up without reading our news. Its orders are still there. */
        if (n < 0 && (errno == EINTR || errno == ECONNRESET))
            continue;
        if (n < 0 && errno == EAGAIN && !from->hopeless)
            return;
        if (n == (ssize_t)sizeof message && message.magic == DCC_SHIM_MAGIC &&
            message.version == DCC_SHIM_VERSION && message.what < N_ORDERS) {
            func(message.what, data);
            continue;
        }
        close(from->fd);
        from->fd = -1;
    }
}
