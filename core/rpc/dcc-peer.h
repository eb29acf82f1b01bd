/* One end of a newline-delimited JSON-RPC 2.0 conversation over a stream socket. Never blocks; what
 * the other side may make us keep is bounded. */
#pragma once

#include "dcc-clock.h"
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define DCC_PEER_MAX_LINE    (1024 * 1024) /* a longer line ends the conversation */
#define DCC_PEER_MAX_PENDING (1024 * 1024) /* so does a reader that leaves more than this unread */

#define DCC_TYPE_PEER (dcc_peer_get_type())
G_DECLARE_FINAL_TYPE(DccPeer, dcc_peer, DCC, PEER, GObject)

typedef struct {
    /* id 0: a notification, to which there is no answer. params: never NULL, borrowed. Answer now
     * or later with dcc_peer_reply() or dcc_peer_fail(). */
    void (*request)(
        DccPeer *peer, gint64 id, const char *method, JsonObject *params, gpointer data);
    /* Called once; after it nothing is called any more. */
    void (*closed)(DccPeer *peer, const char *reason, gpointer data);
} DccPeerHandler;

/* result: borrowed, NULL with an error. */
typedef void (*DccReplyFunc)(JsonObject *result, const GError *error, gpointer data);

/* Takes over fd. handler must outlive the peer. */
DccPeer *
dcc_peer_new(int fd, DccClock *clock, const DccPeerHandler *handler, gpointer data);
/* params: (transfer full) or NULL. func is always called: with the answer, TIMEOUT or GONE. */
void
dcc_peer_call(DccPeer *self,
              const char *method,
              JsonObject *params,
              gint64 timeout_ms,
              DccReplyFunc func,
              gpointer data);
void
dcc_peer_notify(DccPeer *self, const char *method, JsonObject *params);
/* result: (transfer full). */
void
dcc_peer_reply(DccPeer *self, gint64 id, JsonObject *result);
void
dcc_peer_fail(DccPeer *self, gint64 id, const GError *error);
void
dcc_peer_fail_unknown_method(DccPeer *self, gint64 id, const char *method);
/* Takes in what has arrived, now. */
void
dcc_peer_drain(DccPeer *self);
gboolean
dcc_peer_is_open(DccPeer *self);
/* Nothing is waiting to be written. */
gboolean
dcc_peer_is_flushed(DccPeer *self);
/* Outstanding calls end with GONE; the handler hears nothing. */
void
dcc_peer_close(DccPeer *self);

G_END_DECLS
