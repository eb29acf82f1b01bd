/* The members of what tools give: docs/protocol.md's objects, as rows. */
#pragma once

#include "mcp-field.h"

extern const McpField mcp_shape_status[];
extern const McpField mcp_shape_why[];
extern const McpField mcp_shape_probe[];
extern const McpField mcp_shape_applications[];
extern const McpField mcp_shape_instances[];
extern const McpField mcp_shape_logs[];
extern const McpField mcp_shape_events[];
extern const McpField mcp_shape_checks[];
extern const McpField mcp_shape_wait[];
extern const McpField mcp_shape_launch[];
extern const McpField mcp_shape_ending[];
extern const McpField mcp_shape_save[];
extern const McpField mcp_shape_screenshot[];
extern const McpField mcp_shape_python[];
