/* Waiting for something to become of an instance. See mcp-tools.h. */
#pragma once

#include "mcp-call.h"

JsonObject *
mcp_wait_run(McpCall *call, GError **error);
/* (transfer full): {outcome, next, status}, until ("ready", "ended", "idle", "frame") is true, or
 * cannot become true by waiting, or the call's deadline has come. frame: which; -1: any further one.
 * Whatever ends the waiting ends nothing else. */
JsonObject *
mcp_wait_for(McpCall *call, CliInstance *instance, const char *until, gint64 frame, GError **error);
