/* How to ask a live application whether it is well: an adapter's answer. */
#pragma once

#include "dcc-enums.h"

G_BEGIN_DECLS

#define DCC_TYPE_PROBE_PLAN (dcc_probe_plan_get_type())
DCC_API
G_DECLARE_FINAL_TYPE(DccProbePlan, dcc_probe_plan, DCC, PROBE_PLAN, GObject)

/* An application that cannot be asked. */
DCC_API DccProbePlan *
dcc_probe_plan_new_none(void);
/* One call of the agent: a method name, and parameters as a JSON object or NULL. */
DCC_API DccProbePlan *
dcc_probe_plan_new_agent(const char *method, const char *params);
DCC_API DccProbeKind
dcc_probe_plan_get_kind(DccProbePlan *self);
DCC_API const char *
dcc_probe_plan_get_method(DccProbePlan *self);
DCC_API const char *
dcc_probe_plan_get_params(DccProbePlan *self);

G_END_DECLS
