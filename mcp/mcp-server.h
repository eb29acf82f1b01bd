/* The server: one client, on two descriptors, until its input ends. */
#pragma once

#include "mcp-policy.h"

/* TRUE: its input has ended; FALSE: it takes no answers any more. */
gboolean
mcp_server_run(const McpPolicy *policy, int in_fd, int out_fd);
