/* What the server says: the envelopes of both eras. */
#include "mcp-answer.h"

#include "dcc-version.h"

static JsonObject *
envelope(JsonNode *id)
{
    JsonObject *object = json_object_new();

    json_object_set_string_member(object, "jsonrpc", "2.0");
    json_object_set_member(
        object, "id", id != NULL ? json_node_copy(id) : json_node_new(JSON_NODE_NULL));
    return object;
}

JsonObject *
mcp_answer_error(JsonNode *id, int code, const char *words, JsonObject *data)
{
    JsonObject *object = envelope(id), *error = json_object_new();

    json_object_set_int_member(error, "code", code);
    json_object_set_string_member(error, "message", words);
    if (data != NULL)
        json_object_set_object_member(error, "data", data);
    json_object_set_object_member(object, "error", error);
    return object;
}

JsonObject *
mcp_answer_server_info(void)
{
    JsonObject *info = json_object_new();

    json_object_set_string_member(info, "name", "dcchost");
    json_object_set_string_member(info, "title", "dcchost");
    json_object_set_string_member(info, "version", DCC_VERSION);
    return info;
}

JsonObject *
mcp_answer_result(const McpMessage *request, JsonObject *result)
{
    JsonObject *object = envelope(request->id);

    if (request->modern) {
        JsonObject *meta = json_object_new();

        json_object_set_string_member(result, "resultType", "complete");
        json_object_set_object_member(meta, MCP_META_SERVER, mcp_answer_server_info());
        json_object_set_object_member(result, "_meta", meta);
    }
    json_object_set_object_member(object, "result", result);
    return object;
}

JsonObject *
mcp_answer_progress(JsonNode *token, double progress, double total, const char *words)
{
    JsonObject *object = json_object_new(), *params = json_object_new();

    json_object_set_member(params, "progressToken", json_node_copy(token));
    json_object_set_double_member(params, "progress", progress);
    json_object_set_double_member(params, "total", total);
    json_object_set_string_member(params, "message", words);
    json_object_set_string_member(object, "jsonrpc", "2.0");
    json_object_set_string_member(object, "method", "notifications/progress");
    json_object_set_object_member(object, "params", params);
    return object;
}

void
mcp_answer_set_cache(const McpMessage *request, JsonObject *result, gint64 ttl_ms)
{
    if (!request->modern)
        return;
    json_object_set_int_member(result, "ttlMs", ttl_ms);
    json_object_set_string_member(result, "cacheScope", "private");
}
