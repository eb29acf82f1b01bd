/* What launches have in common: checks before the start, the agent's files, how plans end. */
#pragma once

#include "dcc-adapter.h"

G_BEGIN_DECLS

DCC_API const char *
dcc_kit_find_env(DccLaunchRequest *request, const char *key);
DCC_API gboolean
dcc_kit_check_display(DccLaunchRequest *request, GError **error);
DCC_API gboolean
dcc_kit_check_scene(const char *path, GError **error);
DCC_API char *
dcc_kit_find_beside(const char *executable, const char *name, const char *title, GError **error);
DCC_API guint
dcc_kit_count_python_options(const char *const *args, gboolean *work);
DCC_API void
dcc_kit_add_temp_dir(DccLaunchPlan *plan, DccLaunchRequest *request);
DCC_API void
dcc_kit_add_file(DccLaunchPlan *plan, const char *name, const char *content, gsize size);
DCC_API char *
dcc_kit_add_agent(DccLaunchPlan *plan,
                  DccLaunchRequest *request,
                  const char *directory,
                  const char *name,
                  const char *content,
                  gsize size);
DCC_API void
dcc_kit_finish_plan(DccLaunchPlan *plan,
                    DccLaunchRequest *request,
                    DccReadiness readiness,
                    gboolean job);
DCC_API gboolean
dcc_kit_refuse_file(DccRescueFile *file, const char *wanted, GError **error);
DCC_API DccProbePlan *
dcc_kit_plan_ping(DccAdapter *adapter, DccLaunchRequest *request, GError **error);
DCC_API DccStopPlan *
dcc_kit_plan_save_and_quit(gint64 quit_ms);

G_END_DECLS
