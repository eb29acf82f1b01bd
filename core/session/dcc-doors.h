/* The doors of a session: its supervisor as the control socket asks it. */
#pragma once

#include "dcc-control.h"
#include "dcc-supervisor.h"

G_BEGIN_DECLS

/* supervisor must outlive it. */
DccControl *
dcc_doors_open(DccSupervisor *supervisor, DccInstanceDir *dir, DccClock *clock, GError **error);

G_END_DECLS
