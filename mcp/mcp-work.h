/* What is asked and may take time: calls of tools, and reading. In a thread of its own. */
#pragma once

#include "mcp-message.h"
#include "mcp-policy.h"
#include "mcp-writer.h"
#include <gio/gio.h>

typedef struct {
    McpMessage *request;
    const McpPolicy *policy;
    McpWriter *writer; /* for progress */
    char *client;      /* the name that it gave */
    GCancellable *cancel;
} McpWork;

/* Whether the method is one that is worked on here. */
gboolean
mcp_work_is_for(const char *method);
/* request, client: (transfer full). */
McpWork *
mcp_work_new(McpMessage *request, const McpPolicy *policy, McpWriter *writer, char *client);
/* (transfer full): the answer. */
JsonObject *
mcp_work_do(McpWork *self);
void
mcp_work_free(McpWork *self);
