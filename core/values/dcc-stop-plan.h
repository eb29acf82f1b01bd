/* How to ask an application to save and quit, and what follows when it does not: an adapter's
 * answer. */
#pragma once

#include "dcc-enums.h"

G_BEGIN_DECLS

#define DCC_TYPE_STOP_PLAN (dcc_stop_plan_get_type())
DCC_API
G_DECLARE_FINAL_TYPE(DccStopPlan, dcc_stop_plan, DCC, STOP_PLAN, GObject)

DCC_API DccStopPlan *
dcc_stop_plan_new(void);
/* The agent's method that writes a rescue copy, or NULL: nothing can be saved. The core adds the
 * parameter "directory"; the reply's "path" names what was written. */
DCC_API void
dcc_stop_plan_set_save_method(DccStopPlan *self, const char *method);
DCC_API const char *
dcc_stop_plan_get_save_method(DccStopPlan *self);
/* The agent's method that quits, or NULL: go to the signals at once. */
DCC_API void
dcc_stop_plan_set_quit_method(DccStopPlan *self, const char *method);
DCC_API const char *
dcc_stop_plan_get_quit_method(DccStopPlan *self);
/* How long the application may take to end after it agreed to quit; default 10 s. */
DCC_API void
dcc_stop_plan_set_quit_timeout(DccStopPlan *self, gint64 ms);
DCC_API gint64
dcc_stop_plan_get_quit_timeout(DccStopPlan *self);
/* The signal to begin with: SIGTERM by default. SIGABRT, SIGQUIT and SIGKILL are not taken. */
DCC_API void
dcc_stop_plan_set_signal(DccStopPlan *self, int signal);
DCC_API int
dcc_stop_plan_get_signal(DccStopPlan *self);

G_END_DECLS
