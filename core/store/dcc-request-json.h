/* A launch request as JSON and back, byte for byte. */
#pragma once

#include "dcc-launch-request.h"
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* (transfer full) */
JsonObject *
dcc_request_to_json(DccLaunchRequest *request);
DccLaunchRequest *
dcc_request_from_json(JsonObject *object, GError **error);

G_END_DECLS
