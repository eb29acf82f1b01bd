/* What dcchost tells people to do, in the words of tools: "dcchost restart shot --recover" is the
 * tool restart with a name and "recover". Threading: any. */
#pragma once

#include <json-glib/json-glib.h>

/* (transfer full): the same text, each command in it said as a call of a tool. */
char *
mcp_advice_in_tools(const char *text);
/* (transfer full): {text, tool, arguments}; tool and arguments are null where the text names no
 * command that is a tool. */
JsonObject *
mcp_advice_to_object(const char *text);
