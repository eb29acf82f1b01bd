/* The table of tools: what clients are told, what the reference is made from, and what is done. */
#pragma once

#include "mcp-call.h"
#include "mcp-field.h"

/* What a tool does, for those who decide whether it may be called. */
typedef enum {
    MCP_LOOKS = 1 << 0,    /* changes nothing */
    MCP_DESTROYS = 1 << 1, /* may cost work, or what is on disk */
    MCP_REPEATS = 1 << 2,  /* a second time changes nothing more */
    MCP_REACHES = 1 << 3,  /* beyond this machine: an application does as it likes */
} McpTraits;

/* (transfer full): the members of its output; error: what is wrong, and what to do next. In a thread
 * of its own. */
typedef JsonObject *(*McpToolFunc)(McpCall *call, GError **error);

typedef struct {
    const char *name, *title;
    const char *about; /* sentences: what it does, and what comes next */
    guint traits;
    const McpField *input, *output;
    McpToolFunc run;
    /* NULL: always there but for --read-only; else whether it is. */
    gboolean (*is_allowed)(const McpPolicy *policy);
    /* What lies at the "path" that it gives is a picture (PNG), and goes along. */
    gboolean is_picture;
} McpTool;

/* Ends with a name of NULL. */
extern const McpTool mcp_tools[];

/* NULL: there is none of this name here. */
const McpTool *
mcp_tools_find(const McpPolicy *policy, const char *name);
gboolean
mcp_tools_has(const McpPolicy *policy, const McpTool *tool);
/* (transfer full): as tools/list tells it. */
JsonObject *
mcp_tools_describe(const McpTool *tool);
