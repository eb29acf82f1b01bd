/* How a session is made, for those that make one of what there was before. */
#pragma once

#include "dcc-session.h"
#include "dcc-supervisor.h"

G_BEGIN_DECLS

DccSession *
dcc_session_make(DccAdapter *adapter, DccLaunchRequest *request, DccRuntime *runtime);
/* (transfer none) */
DccSupervisor *
dcc_session_get_supervisor(DccSession *self);

G_END_DECLS
