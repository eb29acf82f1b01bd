/* Who may tell the shim what to do, and who hears its news: sessions of the same user, several at
 * once.
 *
 * Nobody can hold the shim up: what a client does not read in time costs that client its
 * connection, and it may come again and be told the present state. */
#include "dcc-shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

bool
dcc_shim_listen(Shim *shim)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    mode_t mask;
    bool ok;

    shim->listen_fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    /* By way of /proc, for the directory's own path may be longer than an address can hold. */
    snprintf(address.sun_path,
             sizeof address.sun_path,
             "/proc/self/fd/%d/" DCC_SHIM_FILE_SOCKET,
             shim->dir_fd);
    unlinkat(shim->dir_fd, DCC_SHIM_FILE_SOCKET, 0);
    mask = umask(0177);
    ok = shim->listen_fd >= 0 &&
         bind(shim->listen_fd, (struct sockaddr *)&address, sizeof address) == 0 &&
         listen(shim->listen_fd, 64) == 0;
    umask(mask);
    return ok;
}

static void
forget(Shim *shim, unsigned client)
{
    close(shim->clients[client]);
    shim->clients[client] = -1;
}

static void
send_news(Shim *shim, unsigned client, unsigned news)
{
    DccShimMessage message = {DCC_SHIM_MAGIC, DCC_SHIM_VERSION, (uint16_t)news};

    if (shim->clients[client] >= 0 &&
        send(shim->clients[client], &message, sizeof message, MSG_NOSIGNAL | MSG_DONTWAIT) !=
            (ssize_t)sizeof message)
        forget(shim, client);
}

void
dcc_shim_tell(Shim *shim, unsigned news)
{
    for (unsigned i = 0; i < DCC_SHIM_MAX_CLIENTS; i++)
        send_news(shim, i, news);
}

static void
tell_present_state(Shim *shim, unsigned client)
{
    const DccShimSlot *record = &shim->record;

    if (record->phase == DCC_PHASE_STARTED || record->phase == DCC_PHASE_ENDED)
        send_news(shim, client, NEWS_STARTED);
    if (shim->paused)
        send_news(shim, client, NEWS_PAUSED);
    if (shim->degraded)
        send_news(shim, client, NEWS_DEGRADED);
    if (record->phase == DCC_PHASE_ENDED)
        send_news(shim, client, NEWS_EXITED);
}

void
dcc_shim_accept(Shim *shim)
{
    struct ucred peer = {.uid = (uid_t)-1};
    socklen_t size = sizeof peer;
    int fd = accept4(shim->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd < 0)
        return;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == geteuid())
        for (unsigned i = 0; i < DCC_SHIM_MAX_CLIENTS; i++)
            if (shim->clients[i] < 0) {
                shim->clients[i] = fd;
                tell_present_state(shim, i);
                return;
            }
    close(fd);
}

void
dcc_shim_hear(Shim *shim, unsigned client)
{
    DccShimMessage message = {0};
    ssize_t n;

    while (shim->clients[client] >= 0) {
        n = recv(shim->clients[client], &message, sizeof message, MSG_DONTWAIT | MSG_TRUNC);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n == (ssize_t)sizeof message && message.magic == DCC_SHIM_MAGIC &&
            message.version == DCC_SHIM_VERSION && message.what < N_ORDERS)
            dcc_shim_order(shim, message.what);
        else
            forget(shim, client);
    }
}
