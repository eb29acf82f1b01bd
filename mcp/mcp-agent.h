/* Tools that ask the agent inside the application. See mcp-tools.h. */
#pragma once

#include "mcp-call.h"

JsonObject *
mcp_agent_save(McpCall *call, GError **error);
JsonObject *
mcp_agent_screenshot(McpCall *call, GError **error);
JsonObject *
mcp_agent_run_python(McpCall *call, GError **error);
