/* Taking an instance's name: for a launch, or to attend one whose session is gone. Nothing here
 * waits. */
#pragma once

#include "dcc-instance-dir.h"

G_BEGIN_DECLS

/* (transfer full): both locks held. Error BUSY says what has the name. */
DccInstanceDir *
dcc_claim_name(DccRuntime *runtime, const char *name, GError **error);
/* The name's lock once more, which the last run's shim held. Error BUSY: a process of it still does. */
gboolean
dcc_claim_again(DccInstanceDir *dir, GError **error);
/* (transfer full): the session's lock held. Errors: NOT_FOUND; BUSY: a session attends it, or one
 * that is ending still holds its lock. */
DccInstanceDir *
dcc_claim_unattended(DccRuntime *runtime, const char *name, GError **error);

G_END_DECLS
