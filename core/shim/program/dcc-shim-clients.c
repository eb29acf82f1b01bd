/* Clients of the shim; see the header.
 *
 * Problem: no client may hold the shim up. Contract: what one does not read in time costs it the
 * connection, and it may come again and be told the present state; the orders that it gave before
 * are read first, also of one that gave an order and hung up. Threading: one thread. */
#include "dcc-shim-clients.h"

#include "dcc-shim-socket.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

bool
dcc_shim_clients_init(ShimClients *self, int dir_fd, int first_fd)
{
    for (int i = 0; i < DCC_SHIM_MAX_CLIENTS; i++)
        self->all[i] = (ShimClient){.fd = i == 0 ? first_fd : -1};
    self->listen_fd = dcc_shim_socket_listen(dir_fd);
    return self->listen_fd >= 0;
}

int
dcc_shim_clients_accept(ShimClients *self)
{
    int fd = dcc_shim_socket_accept(self->listen_fd);

    if (fd < 0)
        return -1;
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

    return dcc_shim_socket_send(client->fd, &message);
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
void
dcc_shim_clients_tell_output(ShimClients *self)
{
    for (int i = 0; i < DCC_SHIM_MAX_CLIENTS; i++) {
        ShimClient *to = &self->all[i];

        if (to->fd < 0 || to->hopeless || (to->has_output && !dcc_shim_socket_is_taken(to->fd)))
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
        ssize_t n = dcc_shim_socket_receive(from->fd, &message);

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
