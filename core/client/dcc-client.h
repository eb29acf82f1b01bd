/* A synchronous client of one session's control socket (newline-delimited JSON-RPC 2.0). */
#pragma once

#include "dcc-runtime.h"
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define DCC_TYPE_CLIENT (dcc_client_get_type())
DCC_API
G_DECLARE_FINAL_TYPE(DccClient, dcc_client, DCC, CLIENT, GObject)

/* Error NOT_FOUND: no instance of this name; GONE: there is one, but no session attends it. */
DCC_API DccClient *
dcc_client_new(DccRuntime *runtime, const char *name, GError **error);
/* params: (transfer full) or NULL. Returns (transfer full). timeout_ms -1: wait for ever. An error
 * of the other side comes back in DCC_ERROR with the code it was sent with. */
DCC_API JsonObject *
dcc_client_call(
    DccClient *self, const char *method, JsonObject *params, gint64 timeout_ms, GError **error);
/* (transfer full): the next event of a followed stream ("events" with "follow": true). Error
 * TIMEOUT when none came in time, GONE when the session closed. */
DCC_API JsonObject *
dcc_client_next_event(DccClient *self, gint64 timeout_ms, GError **error);
/* For poll() beside other descriptors; call dcc_client_next_event() with 0 when readable, until
 * TIMEOUT. */
DCC_API int
dcc_client_get_fd(DccClient *self);

G_END_DECLS
