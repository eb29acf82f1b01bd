/* One connection to a session's control socket: requests out, messages in. Nothing here waits;
 * DccClient waits for one connection, DccClientGroup for many. Private to this directory. */
#pragma once

#include "dcc-runtime.h"
#include "dcc-socket.h"
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct {
    DccSocket fd; /* NONE: not connected */
    char *name;
    GByteArray *in;
    guint scanned; /* of in: no line end so far */
    GByteArray *out;
    gint64 last_id;
} DccClientWire;

void
dcc_client_wire_init(DccClientWire *self, const char *name);
void
dcc_client_wire_clear(DccClientWire *self);
/* FALSE without an error: the session is there and takes no connection now; try again. Error
 * NOT_FOUND: no instance of this name; GONE: there is one, but no session attends it; UNSAFE. */
gboolean
dcc_client_wire_dial(DccClientWire *self, DccRuntime *runtime, GError **error);
/* params: (transfer full) or NULL. */
void
dcc_client_wire_ask(DccClientWire *self, const char *method, JsonObject *params);
/* What to wait for: G_IO_IN, and G_IO_OUT while something is to be sent. */
GIOCondition
dcc_client_wire_wants(DccClientWire *self);
/* Sends and receives what goes without waiting. Error GONE; PROTOCOL: a message is too long. */
gboolean
dcc_client_wire_move(DccClientWire *self, GError **error);
/* (transfer full): the next whole message; NULL without an error: none is there yet. */
JsonObject *
dcc_client_wire_take(DccClientWire *self, GError **error);
/* Whether message answers the last request. */
gboolean
dcc_client_wire_is_answer(DccClientWire *self, JsonObject *message);
/* (transfer full): the answer's result; else the error that it carries. */
JsonObject *
dcc_client_wire_read_answer(JsonObject *message, GError **error);
void
dcc_client_wire_set_timeout(DccClientWire *self, GError **error);

G_END_DECLS
