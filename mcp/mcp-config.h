/* What a client's configuration has to say of this server. */
#pragma once

#include <glib.h>

/* (transfer full): the text for its file; *file (transfer none): where that is. options: those of
 * the server. NULL and an error that lists the clients: there is none of this name. */
char *
mcp_config_make(const char *program,
                const char *client,
                const char *const *options,
                const char **file,
                GError **error);
