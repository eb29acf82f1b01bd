/* A handler that hears nothing: of a supervisor that was freed while an entry had not returned. */
#pragma once

#include "dcc-supervisor.h"

G_BEGIN_DECLS

extern const DccSupervisorHandler dcc_supervisor_silence;

G_END_DECLS
