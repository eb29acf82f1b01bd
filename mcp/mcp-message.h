/* What a client says: one line, looked through and sorted. Both eras of the protocol: a request of
 * the modern one carries its version in itself, one of the legacy one does not.
 *
 * Threading: any; a message does not change once it is made. */
#pragma once

#include <json-glib/json-glib.h>

/* The modern revision, and the legacy one that is answered where an unknown one is asked for. */
#define MCP_MODERN_VERSION "2026-07-28"
#define MCP_LEGACY_VERSION "2025-11-25"

#define MCP_META_VERSION      "io.modelcontextprotocol/protocolVersion"
#define MCP_META_CLIENT       "io.modelcontextprotocol/clientInfo"
#define MCP_META_CAPABILITIES "io.modelcontextprotocol/clientCapabilities"
#define MCP_META_SERVER       "io.modelcontextprotocol/serverInfo"

typedef enum {
    MCP_ERROR_PARSE = -32700,
    MCP_ERROR_REQUEST = -32600,
    MCP_ERROR_METHOD = -32601,
    MCP_ERROR_PARAMS = -32602,
    MCP_ERROR_BUSY = -32000,
    MCP_ERROR_NO_RESOURCE = -32002, /* legacy alone */
    MCP_ERROR_VERSION = -32022,     /* modern alone */
} McpErrorCode;

typedef struct {
    char *method;
    JsonNode *id;       /* as it was sent; NULL: a notification */
    char *key;          /* the id as text, for tables; NULL: a notification */
    JsonObject *params; /* empty where there are none */
    JsonObject *meta;   /* the same of its "_meta" */
    gboolean modern;
} McpMessage;

/* NULL: it is none; *refusal is then what is to be answered, or NULL: nothing is. */
McpMessage *
mcp_message_parse(const char *line, gsize length, JsonObject **refusal);
void
mcp_message_free(McpMessage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(McpMessage, mcp_message_free)

/* (transfer full): an id as text that no other id has. */
char *
mcp_message_key(JsonNode *id);
/* (transfer full): what is to be answered to a line that is longer than may be. */
JsonObject *
mcp_message_refuse_long(gsize max);
