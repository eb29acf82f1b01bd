/* How much of what an agent says is kept, and handed on.
 *
 * Problem: a message may be a mebibyte long, and what it says is stored in records and events, told
 * to every follower, and shown by `ps`. Contract: no text of an agent's is longer than
 * DCC_AGENT_TEXT_MAX bytes, and what is no path that the system knows is not known. The values that
 * a client asks of the agent through the session (method `agent`) are its own business. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define DCC_AGENT_TEXT_MAX 1000
#define DCC_AGENT_PATH_MAX 4096

/* (transfer full): of a member, or the fallback, which may be NULL. */
char *
dcc_agent_text_read(JsonObject *params, const char *member, const char *fallback);
/* (transfer full): of a member; the fallback where there is none, NULL where it is too long. */
char *
dcc_agent_text_read_path(JsonObject *params, const char *member, const char *fallback);

G_END_DECLS
