/* What the server says: the envelopes of both eras. Threading: any. */
#pragma once

#include "mcp-message.h"

/* (transfer full) each. id: NULL where none is known. data: (transfer full) (nullable). */
JsonObject *
mcp_answer_error(JsonNode *id, int code, const char *words, JsonObject *data);
/* result: (transfer full). A modern one says what it is and who answers. */
JsonObject *
mcp_answer_result(const McpMessage *request, JsonObject *result);
JsonObject *
mcp_answer_progress(JsonNode *token, double progress, double total, const char *words);

/* How long a client may keep a modern result; of a legacy one nothing is said. */
void
mcp_answer_set_cache(const McpMessage *request, JsonObject *result, gint64 ttl_ms);
/* (transfer full): the name and the version of this server. */
JsonObject *
mcp_answer_server_info(void);
