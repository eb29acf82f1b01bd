/* Records of older versions: an update of dcchost may find them under a running application. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* (transfer full): a record of version 1 with the members of version 2. Error FAILED: it lacks its
 * status. */
JsonObject *
dcc_session_record_from_1(JsonObject *old, GError **error);

G_END_DECLS
