/* A run that ended, or whose session died, while nobody attended it: found when its name is
 * launched again. It is judged by its own adapter, and what it left is brought to safety before its
 * place is cleared. */
#pragma once

#include "dcc-adapter.h"
#include "dcc-instance-dir.h"

G_BEGIN_DECLS

/* adapter: of the application that is to be launched now; that of another one is looked for. dir:
 * both locks held. Error BUSY: its application is alive. */
gboolean
dcc_stale_run_settle(DccInstanceDir *dir, DccAdapter *adapter, const char *app, GError **error);

G_END_DECLS
