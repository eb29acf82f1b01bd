/* What is kept of an agent's words; see the header. */
#include "dcc-agent-text.h"

#include "dcc-json.h"
#include "dcc-text.h"

#include <string.h>

char *
dcc_agent_text_read(JsonObject *params, const char *member, const char *fallback)
{
    return dcc_text_cut(dcc_json_get_string(params, member, fallback), DCC_AGENT_TEXT_MAX);
}

char *
dcc_agent_text_read_path(JsonObject *params, const char *member, const char *fallback)
{
    g_autofree char *path = dcc_json_get_bytes(params, member);

    if (path == NULL)
        return g_strdup(fallback);
    return strlen(path) <= DCC_AGENT_PATH_MAX ? g_steal_pointer(&path) : NULL;
}
