/* Text that an application wrote, made fit for a model to read. Threading: any. */
#pragma once

#include <json-glib/json-glib.h>

/* A path, or a line, in characters; lists are bounded by who makes them. */
#define MCP_CLEAN_MAX_TEXT 4000

/* (transfer full): without terminal sequences, control characters and characters that cannot be
 * seen or turn the direction of text; at most max characters, with what is left out counted. What is
 * no UTF-8 becomes U+FFFD. Line feeds and tabs stay. */
char *
mcp_clean_text(const char *text, gsize max);
/* (transfer full): the same of every text in it; a string of bytes that is no UTF-8 becomes text. */
JsonNode *
mcp_clean_node(JsonNode *node);
