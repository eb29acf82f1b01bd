/* The socket between a session and a shim: news one way, orders the other.
 *
 * Threading: the thread-default main context at the time it is made. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _DccShimChannel DccShimChannel;

typedef struct {
    /* NEWS_... of dcc-shim-wire.h. */
    void (*news)(guint news, gpointer data);
    /* The connection is gone. TRUE: there is no shim to call again. */
    gboolean (*closed)(gpointer data);
} DccShimChannelHandler;

DccShimChannel *
dcc_shim_channel_new(const char *dir, const DccShimChannelHandler *handler, gpointer data);
/* Calls the handler no more, also when it is freed from within a callback. */
void
dcc_shim_channel_free(DccShimChannel *self);
/* Takes a connected socket. */
void
dcc_shim_channel_listen(DccShimChannel *self, int fd);
/* Calls the shim of the directory; again, ever more rarely, when that does not succeed. */
void
dcc_shim_channel_dial(DccShimChannel *self);
gboolean
dcc_shim_channel_is_connected(DccShimChannel *self);
/* Sends it now, or as soon as the socket has room or there is a connection. */
void
dcc_shim_channel_order(DccShimChannel *self, guint order);
/* Sends it now, if need be by a connection of its own: one that is new has room. Waits some
 * milliseconds for the shim to take it; one that does not run will later. FALSE: it could not be
 * sent, or the shim hung up. */
gboolean
dcc_shim_channel_insist(DccShimChannel *self, guint order);
/* Takes in what has come, and hangs up for good. Returns the bits of the orders that were not sent.
 */
guint
dcc_shim_channel_stop(DccShimChannel *self);

G_END_DECLS
