/* Starting the shim's process, and taking that back. */
#pragma once

#include "dcc-shim-link.h"
#include "dcc-spawn.h"

G_BEGIN_DECLS

/* dir, log_path: absolute. socket: the shim's end. */
gboolean
dcc_shim_spawn(const DccShimStart *start,
               const char *dir,
               const char *log_path,
               int socket,
               DccChild *child,
               int *errno_code,
               GError **error);
/* Ends a shim that was spawned and all that it started, and reaps it; for a start that fails after
 * it. socket: our end. Blocks until that has happened, for some seconds at most. */
void
dcc_shim_spawn_undo(const DccChild *child, int socket);

G_END_DECLS
