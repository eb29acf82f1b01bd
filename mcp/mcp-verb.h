/* A tool that is a verb: dcchost itself, run as a process of its own, with --json.
 *
 * So an adapter that crashes or hangs, and whatever it prints, is no matter of the server's, and
 * what a tool says is what the verb says. Threading: any that may wait. */
#pragma once

#include "mcp-call.h"

typedef struct {
    const char *const *args;  /* "stop", "shot", "--json" */
    char *const *environment; /* NULL: this process's own */
    /* What it does is not to be left half done: when nobody waits any more it goes on by itself. */
    gboolean goes_on;
    /* The first line that it prints is its answer; it goes on by itself. */
    gboolean answers_by_line;
} McpVerb;

/* (transfer full): the one JSON document it printed: an object or a list. Error TIMEOUT: it has not
 * ended by the call's deadline; else what it said. */
JsonNode *
mcp_verb_run(const McpCall *call, const McpVerb *verb, GError **error);
