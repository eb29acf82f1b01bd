/* A listening local channel.
 *
 * When the process has no descriptor left, accept() fails and the socket stays readable: a loop
 * that knows no way out spins. One descriptor is kept in reserve to accept such a caller and turn
 * it away.
 */
#include "dcc-listener.h"

#include "dcc-file-open.h"
#include "dcc-socket.h"
#include "dcc-source.h"

#include <errno.h>
#include <unistd.h>

#define ACCEPT_BATCH 16

struct _DccListener {
    DccSocket socket;
    int reserve;
    GSource *source;
    DccConnectFunc func;
    gpointer data;
};

static void
turn_away(DccListener *self)
{
    DccSocket caller;

    close(self->reserve);
    caller = dcc_socket_accept(self->socket);
    dcc_socket_close(&caller);
    self->reserve = dcc_file_open_nothing();
}

void
dcc_listener_drain(DccListener *self)
{
    for (int i = 0; i < ACCEPT_BATCH; i++) {
        DccSocket caller = dcc_socket_accept(self->socket);

        if (caller < 0 && (errno == EMFILE || errno == ENFILE))
            turn_away(self);
        if (caller < 0)
            break;
        if (!dcc_socket_peer_is_ours(caller)) {
            g_message("turned away a connection of another user");
            dcc_socket_close(&caller);
            continue;
        }
        self->func(caller, self->data);
    }
}

static gboolean
on_connection(int listening, GIOCondition condition, gpointer data)
{
    dcc_listener_drain(data);
    return G_SOURCE_CONTINUE;
}

DccListener *
dcc_listener_new(
    const char *dir, const char *file, DccConnectFunc func, gpointer data, GError **error)
{
    DccSocket socket = dcc_socket_listen(dir, file, error);
    DccListener *self;

    if (socket < 0)
        return NULL;
    self = g_new0(DccListener, 1);
    self->socket = socket;
    self->reserve = dcc_file_open_nothing();
    self->func = func;
    self->data = data;
    self->source = dcc_socket_watch(socket, G_IO_IN, G_SOURCE_FUNC(on_connection), self);
    return self;
}

void
dcc_listener_free(DccListener *self)
{
    if (self == NULL)
        return;
    dcc_source_clear(&self->source);
    dcc_socket_close(&self->socket);
    close(self->reserve);
    g_free(self);
}
