/* How to start an application: an adapter's answer. Filled in by the adapter, unchanged after. */
#pragma once

#include "dcc-enums.h"

G_BEGIN_DECLS

#define DCC_TYPE_LAUNCH_PLAN (dcc_launch_plan_get_type())
DCC_API
G_DECLARE_FINAL_TYPE(DccLaunchPlan, dcc_launch_plan, DCC, LAUNCH_PLAN, GObject)

DCC_API DccLaunchPlan *
dcc_launch_plan_new(const char *executable);
DCC_API void
dcc_launch_plan_add_arg(DccLaunchPlan *self, const char *arg);
DCC_API void
dcc_launch_plan_add_args(DccLaunchPlan *self, ...) G_GNUC_NULL_TERMINATED;
DCC_API void
dcc_launch_plan_add_argv(DccLaunchPlan *self, const char *const *args);
/* argv[0] is the executable. */
DCC_API const char *const *
dcc_launch_plan_get_argv(DccLaunchPlan *self);

/* The environment is the session's own, changed by these steps in order; the user's --env comes
 * after. */
DCC_API void
dcc_launch_plan_set_env(DccLaunchPlan *self, const char *key, const char *value);
DCC_API void
dcc_launch_plan_unset_env(DccLaunchPlan *self, const char *key);
DCC_API void
dcc_launch_plan_prepend_env(DccLaunchPlan *self, const char *key, const char *path);
/* (transfer full): environment changed by the steps; environment itself is left alone. */
DCC_API char **
dcc_launch_plan_apply_env(DccLaunchPlan *self, const char *const *environment);

DCC_API void
dcc_launch_plan_set_cwd(DccLaunchPlan *self, const char *path);
DCC_API const char *
dcc_launch_plan_get_cwd(DccLaunchPlan *self);

/* A file the core is to write below the launch's private directory before the start; name is
 * relative and may hold directories. The adapter learns its path from
 * dcc_launch_request_get_private_dir(). */
DCC_API void
dcc_launch_plan_add_file(DccLaunchPlan *self, const char *name, GBytes *content);
DCC_API guint
dcc_launch_plan_get_n_files(DccLaunchPlan *self);
DCC_API const char *
dcc_launch_plan_get_file(DccLaunchPlan *self, guint i, GBytes **content);

/* Default DCC_READINESS_SETTLE. */
DCC_API void
dcc_launch_plan_set_readiness(DccLaunchPlan *self, DccReadiness readiness);
DCC_API DccReadiness
dcc_launch_plan_get_readiness(DccLaunchPlan *self);

/* It ends by itself when its work is done. Default FALSE. */
DCC_API void
dcc_launch_plan_set_job(DccLaunchPlan *self, gboolean job);
DCC_API gboolean
dcc_launch_plan_is_job(DccLaunchPlan *self);

/* The frames this run is to render, where the plan knows: step 0 (the default) says it does not. */
DCC_API void
dcc_launch_plan_set_frames(DccLaunchPlan *self, int first, int last, int step);
DCC_API void
dcc_launch_plan_get_frames(DccLaunchPlan *self, int *first, int *last, int *step);

/* Names (comm) of shared daemons that outlive the application by design: released, never killed. */
DCC_API void
dcc_launch_plan_add_daemon(DccLaunchPlan *self, const char *comm);
DCC_API const char *const *
dcc_launch_plan_get_daemons(DccLaunchPlan *self);

G_END_DECLS
