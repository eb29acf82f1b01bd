/* docs/mcp-reference.md, from the table of tools. */
#pragma once

#include <glib.h>

/* (transfer full) */
char *
mcp_reference_make(void);
