/* What a session alone asks a plan for. Private to the library. */
#pragma once

#include "dcc-launch-plan.h"

/* Whether dcc_launch_plan_set_job() was called at all: else nobody has said whether it ends by itself. */
gboolean
dcc_launch_plan_says_job(DccLaunchPlan *self);
