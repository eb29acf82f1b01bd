/* Starting the process of a name: found in PATH, marked, and given to the reaper. */
#pragma once

#include "dcc-launcher-tree.h"

G_BEGIN_DECLS

/* Fills *launched, whose process and mark are the caller's then. Error START, or FAILED without
 * descriptors. */
gboolean
dcc_launch_start(const char *const *argv,
                 const char *const *envp,
                 const char *cwd,
                 DccLaunched *launched,
                 GError **error);

G_END_DECLS
