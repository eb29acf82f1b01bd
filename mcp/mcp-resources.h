/* What can be read by an address: the end of a log, events, crash bundles. Never an environment. */
#pragma once

#include "mcp-call.h"

/* (transfer full): the list of what there is now, and of the templates. */
JsonArray *
mcp_resources_list(void);
JsonArray *
mcp_resources_list_templates(void);
/* (transfer full): {uri, mimeType, text}. Error NOT_FOUND: there is no such resource. */
JsonObject *
mcp_resources_read(const McpCall *call, const char *uri, GError **error);
