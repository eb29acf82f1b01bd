/* Tools that do something. See mcp-tools.h. */
#pragma once

#include "mcp-call.h"

JsonObject *
mcp_act_launch(McpCall *call, GError **error);
JsonObject *
mcp_act_render(McpCall *call, GError **error);
JsonObject *
mcp_act_restart(McpCall *call, GError **error);
JsonObject *
mcp_act_adopt(McpCall *call, GError **error);
JsonObject *
mcp_act_stop(McpCall *call, GError **error);
JsonObject *
mcp_act_kill(McpCall *call, GError **error);
