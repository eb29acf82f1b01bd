/* Tools that look, and change nothing. See mcp-tools.h. */
#pragma once

#include "mcp-call.h"

JsonObject *
mcp_look_applications(McpCall *call, GError **error);
JsonObject *
mcp_look_instances(McpCall *call, GError **error);
JsonObject *
mcp_look_status(McpCall *call, GError **error);
JsonObject *
mcp_look_why(McpCall *call, GError **error);
JsonObject *
mcp_look_logs(McpCall *call, GError **error);
JsonObject *
mcp_look_events(McpCall *call, GError **error);
JsonObject *
mcp_look_probe(McpCall *call, GError **error);
JsonObject *
mcp_look_doctor(McpCall *call, GError **error);
