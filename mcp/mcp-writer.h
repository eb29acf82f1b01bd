/* What goes out, in order, whole lines, from any thread. */
#pragma once

#include <json-glib/json-glib.h>

typedef struct _McpWriter McpWriter;

/* fd stays the caller's. max: bytes that may wait before callers have to; patience_ms: how long a
 * client may take none at all of what waits then, before it counts as gone. */
McpWriter *
mcp_writer_new(int fd, gsize max, gint64 patience_ms);
/* message: (transfer full). Waits for room. FALSE: the client is gone. */
gboolean
mcp_writer_put(McpWriter *self, JsonObject *message);
/* message: (transfer full). What nobody misses: thrown away where much is waiting. */
void
mcp_writer_offer(McpWriter *self, JsonObject *message);
/* TRUE: all of it has been taken. */
gboolean
mcp_writer_flush(McpWriter *self, gint64 timeout_ms);
