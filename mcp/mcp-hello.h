/* What is answered at once: who we are, what there is. Of both eras. Threading: any. */
#pragma once

#include "mcp-message.h"
#include "mcp-policy.h"

/* (transfer full) (nullable): what is wrong with a modern request before its method is looked at. */
JsonObject *
mcp_hello_refuse(const McpMessage *request);
/* (transfer full): the answer to whatever is not worked on in a thread; also that there is no such
 * method. */
JsonObject *
mcp_hello_answer(const McpMessage *request, const McpPolicy *policy);
/* (transfer full): the name that whoever asks gives itself, cleaned; NULL: it gives none. */
char *
mcp_hello_read_client(const McpMessage *request);
