/* What can be said and done about a named instance from outside, with or without a session
 * attending it. */
#pragma once

#include "dcc-client.h"

G_BEGIN_DECLS

/* (transfer full): the status object of docs/protocol.md. From the session where one attends; else
 * from the records, with "attended": false and the state the facts support. Error NOT_FOUND: nobody
 * knows the name. */
DCC_API JsonObject *
dcc_instance_get_status(DccRuntime *runtime, const char *name, GError **error);
/* Whether a session attends it now. */
DCC_API gboolean
dcc_instance_is_attended(DccRuntime *runtime, const char *name);
/* (transfer full): path of the log now being written. */
DCC_API char *
dcc_instance_get_log_path(DccRuntime *runtime, const char *name);
/* (transfer full): how the newest of its lives that ended badly did so: the death object of
 * docs/protocol.md. NULL: none is on record. */
DCC_API JsonObject *
dcc_instance_read_death(DccRuntime *runtime, const char *name);
/* (transfer full): journalled events (JSON lines) from sequence number since on. Works without a
 * session. */
DCC_API JsonArray *
dcc_instance_read_events(DccRuntime *runtime, const char *name, gint64 since, GError **error);

G_END_DECLS
