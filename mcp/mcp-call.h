/* One call of a tool: what was asked, what is allowed, until when, and whether anybody still waits
 * for it. Runs in a thread of its own, which may wait. */
#pragma once

#include "cli-instance.h"
#include "mcp-policy.h"
#include <gio/gio.h>

/* No call lasts longer: clients give up after 60 s, and do not say so to whoever they asked. */
#define MCP_CALL_MAX_S 45

/* Tells whoever asked how far it is. */
typedef void (*McpProgressFunc)(double progress, double total, const char *words, gpointer data);

typedef struct {
    const McpPolicy *policy;
    const char *tool;
    JsonObject *arguments; /* as the tool's rows say */
    const char *client;    /* the name that it gave, cleaned */
    gint64 deadline;       /* monotonic microseconds */
    GCancellable *cancel;  /* nobody waits any more */
    McpProgressFunc progress;
    gpointer progress_data;
} McpCall;

/* What hears it in the middle of a wait when nobody waits for the call any more. */
typedef struct {
    int flag;
    gulong id;
} McpCallEar;

/* fd: for dcc_fds_wait(), until it is stopped; negative where no descriptor is left, so the wait has to end by itself. */
McpCallEar
mcp_call_listen(const McpCall *self, GPollFD *fd);
void
mcp_call_stop_listening(const McpCall *self, McpCallEar *ear);

/* (transfer none) (nullable) each. */
const char *
mcp_call_get_text(const McpCall *self, const char *name);
gboolean
mcp_call_get_flag(const McpCall *self, const char *name);
gint64
mcp_call_get_int(const McpCall *self, const char *name, gint64 fallback);
/* Milliseconds until the deadline, 0 where it has passed. */
gint64
mcp_call_get_left_ms(const McpCall *self);
/* The deadline is no later than so many seconds from now. */
void
mcp_call_limit(McpCall *self, gint64 seconds);

/* The instance that "name" says, or the only one; the call is noted in its events. */
gboolean
mcp_call_open(const McpCall *self, CliInstance *instance, GError **error);
/* The call stands in the events of the instance, where a session attends it. */
void
mcp_call_note(const McpCall *self, DccRuntime *runtime, const char *name);
/* Whether agents may end it: one of them has started it, or the user allows it. */
gboolean
mcp_call_may_manage(const McpCall *self, CliInstance *instance, GError **error);
