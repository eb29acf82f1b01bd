/* DccAdapter answers questions about one application. It never spawns, waits, kills or writes: the
 * core does that. Subclass it in C (a module) or in Python.
 *
 * Threading: every question is asked on the thread that owns the session. Each must answer soon.
 * Growth: the class has DCC_ADAPTER_N_SLOTS slots for ever. A new question takes a reserved slot
 * and raises DCC_ADAPTER_ABI_MINOR; arguments are objects, so a new fact is a new getter.
 */
#pragma once

#include "dcc-exit-info.h"
#include "dcc-installation.h"
#include "dcc-launch-plan.h"
#include "dcc-launch-request.h"
#include "dcc-output-event.h"
#include "dcc-probe-plan.h"
#include "dcc-probe-reply.h"
#include "dcc-rescue-file.h"
#include "dcc-search.h"
#include "dcc-stop-plan.h"
#include "dcc-verdict.h"
#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * DCC_ADAPTER_N_SLOTS:
 *
 * How many questions the class has room for. It never changes.
 *
 * Since: 1.0
 */
#define DCC_ADAPTER_N_SLOTS 24

/**
 * DCC_ADAPTER_N_QUESTIONS:
 *
 * How many of the slots are questions. One more raises %DCC_ADAPTER_ABI_MINOR by one.
 *
 * Since: 1.0
 */
#define DCC_ADAPTER_N_QUESTIONS 12

/**
 * DCC_ADAPTER_SCENE_HEAD:
 *
 * How many bytes of a scene, from its beginning, dcc_adapter_read_scene_version() is given at most.
 *
 * Since: 1.0
 */
#define DCC_ADAPTER_SCENE_HEAD 65536

#define DCC_TYPE_ADAPTER (dcc_adapter_get_type())
DCC_API
G_DECLARE_DERIVABLE_TYPE(DccAdapter, dcc_adapter, DCC, ADAPTER, GObject)

struct _DccAdapterClass {
    GObjectClass parent_class;

    GListModel *(*find_installations)(DccAdapter *self, DccSearch *search, GError **error);
    char *(*read_version)(DccAdapter *self, DccInstallation *installation, const char *output);
    DccLaunchPlan *(*plan_launch)(DccAdapter *self,
                                  DccInstallation *installation,
                                  DccLaunchRequest *request,
                                  GError **error);
    DccProbePlan *(*plan_probe)(DccAdapter *self, DccLaunchRequest *request, GError **error);
    DccProbeReply *(*read_probe)(DccAdapter *self,
                                 DccProbePlan *plan,
                                 const char *reply,
                                 GError **error);
    DccStopPlan *(*plan_stop)(DccAdapter *self, DccLaunchRequest *request, GError **error);
    DccOutputEvent *(*read_line)(DccAdapter *self, const char *line);
    DccVerdict *(*judge_exit)(DccAdapter *self, DccExitInfo *info);
    GListModel *(*list_rescue_files)(DccAdapter *self, DccExitInfo *info, GError **error);
    DccLaunchPlan *(*plan_recovery)(DccAdapter *self,
                                    DccInstallation *installation,
                                    DccLaunchRequest *request,
                                    DccRescueFile *file,
                                    GError **error);
    char *(*read_scene_version)(DccAdapter *self, GBytes *head);
    DccLaunchPlan *(*plan_render)(DccAdapter *self,
                                  DccInstallation *installation,
                                  DccLaunchRequest *request,
                                  GError **error);

    /*< private >*/
    gpointer reserved[DCC_ADAPTER_N_SLOTS - DCC_ADAPTER_N_QUESTIONS];
};

/* Lower-case letters, digits and '-', beginning with a letter, at most 64. */
DCC_API gboolean
dcc_adapter_id_is_valid(const char *id);
/* Its name. id: lower-case letters, digits and '-'; title: what people call it. */
DCC_API const char *
dcc_adapter_get_id(DccAdapter *self);
DCC_API const char *
dcc_adapter_get_title(DccAdapter *self);

/* While a question is being answered: it could not be, and why. What is returned does not count. */
DCC_API void
dcc_adapter_set_failure(DccAdapter *self, const char *what);

/* The questions. An answer that is absurd, or NULL without an error, becomes an error that names
 * the adapter. Each has a default for adapters that do not answer. */

/* (transfer full): a list of DccInstallation, best first. Default: empty. */
DCC_API GListModel *
dcc_adapter_find_installations(DccAdapter *self, DccSearch *search, GError **error);
/* The version in the output of the installation's version command; NULL when it holds none. */
DCC_API char *
dcc_adapter_read_version(DccAdapter *self, DccInstallation *installation, const char *output);
/* Default: the executable, the scene, the user's arguments; ready once settled. */
DCC_API DccLaunchPlan *
dcc_adapter_plan_launch(DccAdapter *self,
                        DccInstallation *installation,
                        DccLaunchRequest *request,
                        GError **error);
/* Default: none. */
DCC_API DccProbePlan *
dcc_adapter_plan_probe(DccAdapter *self, DccLaunchRequest *request, GError **error);
/* reply: the agent's result as JSON text. Default: what the reference agent answers to "ping". */
DCC_API DccProbeReply *
dcc_adapter_read_probe(DccAdapter *self, DccProbePlan *plan, const char *reply, GError **error);
/* Default: nothing to ask, SIGTERM. */
DCC_API DccStopPlan *
dcc_adapter_plan_stop(DccAdapter *self, DccLaunchRequest *request, GError **error);
/* line: valid UTF-8, no line end. NULL: it says nothing. Default: NULL. */
DCC_API DccOutputEvent *
dcc_adapter_read_line(DccAdapter *self, const char *line);
/* Never NULL. Default: 0 is clean, a signal is a crash or a kill, else failed. */
DCC_API DccVerdict *
dcc_adapter_judge_exit(DccAdapter *self, DccExitInfo *info);
/* (transfer full): a list of DccRescueFile, newest first. Default: empty. */
DCC_API GListModel *
dcc_adapter_list_rescue_files(DccAdapter *self, DccExitInfo *info, GError **error);
/* Default: plan_launch with the file as its scene. */
DCC_API DccLaunchPlan *
dcc_adapter_plan_recovery(DccAdapter *self,
                          DccInstallation *installation,
                          DccLaunchRequest *request,
                          DccRescueFile *file,
                          GError **error);
/* The version that saved a scene, from its first bytes; NULL: it cannot be told. Default: NULL. */
DCC_API char *
dcc_adapter_read_scene_version(DccAdapter *self, GBytes *head);
/* The request has a DccRenderJob. Default: error NOT_SUPPORTED. */
DCC_API DccLaunchPlan *
dcc_adapter_plan_render(DccAdapter *self,
                        DccInstallation *installation,
                        DccLaunchRequest *request,
                        GError **error);

G_END_DECLS
