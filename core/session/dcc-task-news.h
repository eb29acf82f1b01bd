/* What a client that renders in an instance tells of its task, made into the events that stand in the
 * instance's journal. What is no member of such an event is left out. Pure. */
#pragma once

#include "dcc-api.h"
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* (transfer full): a `frame` event; NULL, INVALID: it does not say which frame, which file and what was
 * found. peak_bytes: of the application, as the session knows it; -1: not known. */
JsonObject *
dcc_task_news_read_frame(JsonObject *params, gint64 peak_bytes, GError **error);
/* (transfer full): as `render` in the status object; NULL, INVALID: there is no verdict. */
JsonObject *
dcc_task_news_read_rendered(JsonObject *params, GError **error);

G_END_DECLS
