/* What agents may do here: what the user said on the command line, each off unless named. */
#pragma once

#include <glib.h>

typedef struct {
    gboolean read_only;    /* tools that look, alone */
    gboolean manage_all;   /* end and restart also what no agent has started */
    gboolean run_python;   /* run Python inside applications */
    gboolean trust_scenes; /* scripts in scenes may run */
    char **roots;          /* canonical: scenes and what is written lie below one of them */
} McpPolicy;

/* The directories named, or the home and the working directory. FALSE: one is not there. */
gboolean
mcp_policy_set_roots(McpPolicy *self, char **named, GError **error);
/* (transfer full): the path without links, if it is that of something below a root; of what is not
 * there yet (to be written) the directory has to be. Error: it is not, and what would help. */
char *
mcp_policy_resolve(const McpPolicy *self, const char *path, GError **error);
void
mcp_policy_clear(McpPolicy *self);
