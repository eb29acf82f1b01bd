/* The socket between a session and a shim; see the header.
 *
 * Problem: either side may be slow, or gone. Contract: an order is sent once there is room for it,
 * and an order given twice meanwhile is sent once; a shim that hung up (this side was too slow, or
 * one of too many) is called again. */
#include "dcc-shim-channel.h"

#include "dcc-shim-files.h"
#include "dcc-shim-socket.h"
#include "dcc-source.h"

#include <errno.h>
#include <glib-unix.h>
#include <poll.h>
#include <unistd.h>

#define REDIAL_MS     10
#define REDIAL_MAX_MS 1000
/* How often, a millisecond apart, it is looked whether the shim has taken an order. */
#define TAKEN_LOOKS 50

struct _DccShimChannel {
    char *dir;
    const DccShimChannelHandler *handler;
    gpointer data;
    int socket;
    GSource *readable;
    GSource *writable; /* while there are orders that found no room */
    GSource *later;
    guint redial_ms;
    guint unsent; /* bits of orders */
    gboolean closed;
};

static void
clear(gpointer data)
{
    DccShimChannel *self = data;

    g_free(self->dir);
}

static void
release(DccShimChannel *self)
{
    g_rc_box_release_full(self, clear);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccShimChannel, release)

static void
hang_up(DccShimChannel *self)
{
    dcc_source_clear(&self->readable);
    dcc_source_clear(&self->writable);
    if (self->socket >= 0)
        close(self->socket);
    self->socket = -1;
}

DccShimChannel *
dcc_shim_channel_new(const char *dir, const DccShimChannelHandler *handler, gpointer data)
{
    DccShimChannel *self = g_rc_box_new0(DccShimChannel);

    self->dir = g_strdup(dir);
    self->handler = handler;
    self->data = data;
    self->socket = -1;
    return self;
}

void
dcc_shim_channel_free(DccShimChannel *self)
{
    if (self == NULL)
        return;
    self->closed = TRUE;
    hang_up(self);
    dcc_source_clear(&self->later);
    release(self);
}

static gboolean
send_order(int fd, guint order)
{
    const DccShimMessage message = {DCC_SHIM_MAGIC, DCC_SHIM_VERSION, (guint16)order};

    if (fd < 0) {
        errno = ENOTCONN;
        return FALSE;
    }
    return dcc_shim_socket_send(fd, &message);
}

/* FALSE with errno: some are left. */
static gboolean
send_unsent(DccShimChannel *self)
{
    for (guint order = 0; order < N_ORDERS; order++) {
        if ((self->unsent & (1u << order)) == 0)
            continue;
        if (!send_order(self->socket, order))
            return FALSE;
        self->unsent &= ~(1u << order);
    }
    return TRUE;
}

static gboolean
on_writable(gint fd, GIOCondition condition, gpointer data)
{
    DccShimChannel *self = data;

    /* An error that stays is the reader's to find, and to dial again. */
    if (!send_unsent(self) && errno == EAGAIN)
        return G_SOURCE_CONTINUE;
    dcc_source_clear(&self->writable);
    return G_SOURCE_REMOVE;
}

static void
send_or_wait(DccShimChannel *self)
{
    if (send_unsent(self) || errno != EAGAIN || self->writable != NULL)
        return;
    self->writable = dcc_source_attach(
        g_unix_fd_source_new(self->socket, G_IO_OUT), G_SOURCE_FUNC(on_writable), self);
}

/* All of them, or up to one about output: that comes alone most of the time, and the main loop
 * calls again when it did not. FALSE: the other side has closed. */
static gboolean
read_news(DccShimChannel *self, gboolean all)
{
    DccShimMessage message = {0};

    do {
        gssize n = dcc_shim_socket_receive(self->socket, &message);

        if (n < 0 && errno == EAGAIN)
            return TRUE;
        /* Reset: it ended with an order of ours unread. What it said before is still there. */
        if (n < 0 && (errno == EINTR || errno == ECONNRESET))
            continue;
        if (n != (gssize)sizeof message || message.magic != DCC_SHIM_MAGIC ||
            message.version != DCC_SHIM_VERSION || message.what >= N_NEWS)
            return FALSE;
        self->redial_ms = 0;
        self->handler->news(message.what, self->data);
    } while (self->socket >= 0 && (all || message.what != NEWS_OUTPUT));
    return TRUE;
}

static gboolean
on_redial(gpointer data)
{
    DccShimChannel *self = data;

    dcc_source_clear(&self->later);
    dcc_shim_channel_dial(self);
    return G_SOURCE_REMOVE;
}

/* The shim may be at its end, or have too many callers at once. */
static void
dial_later(DccShimChannel *self)
{
    if (self->closed || self->later != NULL || self->handler->closed(self->data) || self->closed)
        return;
    self->redial_ms = CLAMP(self->redial_ms * 2, REDIAL_MS, REDIAL_MAX_MS);
    self->later = dcc_source_attach(g_timeout_source_new(self->redial_ms), on_redial, self);
}

static gboolean
on_readable(gint fd, GIOCondition condition, gpointer data)
{
    g_autoptr(DccShimChannel) self = g_rc_box_acquire(data);

    if (read_news(self, FALSE))
        return G_SOURCE_CONTINUE;
    hang_up(self);
    dial_later(self);
    return G_SOURCE_REMOVE;
}

void
dcc_shim_channel_listen(DccShimChannel *self, int fd)
{
    GSource *source = g_unix_fd_source_new(fd, G_IO_IN);

    hang_up(self);
    self->socket = fd;
    /* A source that must not recurse is taken out of the poll while it is dispatched, and each time
     * that costs the main loop a turn and four system calls. */
    g_source_set_can_recurse(source, TRUE);
    self->readable = dcc_source_attach(source, G_SOURCE_FUNC(on_readable), self);
    send_or_wait(self);
}

void
dcc_shim_channel_dial(DccShimChannel *self)
{
    g_autoptr(DccShimChannel) held = g_rc_box_acquire(self);
    int fd = dcc_shim_files_connect(self->dir);

    if (fd >= 0)
        dcc_shim_channel_listen(self, fd);
    else
        dial_later(self);
}

gboolean
dcc_shim_channel_is_connected(DccShimChannel *self)
{
    return self->socket >= 0;
}

void
dcc_shim_channel_order(DccShimChannel *self, guint order)
{
    if (order >= N_ORDERS) {
        send_order(self->socket, order); /* the shim's to refuse */
        return;
    }
    self->unsent |= 1u << order;
    if (self->socket >= 0)
        send_or_wait(self);
}

/* A shim that is dying closes its sockets, too, and what lay in them is lost. */
static gboolean
is_taken_or_kept(int fd)
{
    for (guint i = 0; i < TAKEN_LOOKS; i++) {
        struct pollfd poll_fd = {fd, 0, 0};

        if (poll(&poll_fd, 1, 0) > 0)
            return FALSE;
        if (dcc_shim_socket_is_taken(fd))
            break;
        g_usleep(1000);
    }
    return poll(&(struct pollfd){fd, 0, 0}, 1, 0) == 0;
}

gboolean
dcc_shim_channel_insist(DccShimChannel *self, guint order)
{
    gboolean sent;
    int fd;

    if (send_order(self->socket, order))
        return is_taken_or_kept(self->socket);
    fd = dcc_shim_files_connect(self->dir);
    sent = send_order(fd, order) && is_taken_or_kept(fd);
    if (fd >= 0)
        close(fd);
    return sent;
}

guint
dcc_shim_channel_stop(DccShimChannel *self)
{
    g_autoptr(DccShimChannel) held = g_rc_box_acquire(self);

    if (self->socket >= 0)
        read_news(self, TRUE);
    self->closed = TRUE;
    hang_up(self);
    dcc_source_clear(&self->later);
    return self->unsent;
}
