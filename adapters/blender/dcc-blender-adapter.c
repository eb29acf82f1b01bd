/* Blender: how it is found, started, watched and stopped.
 *
 * The answers are in the files beside this one; here they are put together. What the agent inside
 * does is in agent/dcchost_blender_agent.py. Threading: none of its own; every question is asked on
 * the session's thread.
 */
#include "dcc-adapter-module.h"
#include "dcc-blender.h"
#include <signal.h>

#define QUIT_MS 10000
/* A background render hears of an interruption only at its next batch of samples: 20 s were seen.
 */
#define CANCEL_MS 30000

struct _DccBlenderAdapter {
    DccAdapter parent_instance;
};

G_DEFINE_TYPE(DccBlenderAdapter, dcc_blender_adapter, DCC_TYPE_ADAPTER)

static DccProbePlan *
dcc_blender_adapter_plan_probe(DccAdapter *adapter, DccLaunchRequest *request, GError **error)
{
    return dcc_probe_plan_new_agent("ping", NULL);
}

static DccStopPlan *
dcc_blender_adapter_plan_stop(DccAdapter *adapter, DccLaunchRequest *request, GError **error)
{
    DccStopPlan *plan = dcc_stop_plan_new();
    DccBlenderArgs args;

    dcc_blender_args_read(&args, dcc_launch_request_get_args(request));
    dcc_stop_plan_set_save_method(plan, "save");
    dcc_stop_plan_set_quit_method(plan, "quit");
    dcc_stop_plan_set_quit_timeout(plan,
                                   dcc_blender_args_end_by_themselves(&args) ? CANCEL_MS : QUIT_MS);
    dcc_stop_plan_set_signal(plan, SIGTERM);
    return plan;
}

static void
dcc_blender_adapter_class_init(DccBlenderAdapterClass *klass)
{
    DccAdapterClass *adapter_class = DCC_ADAPTER_CLASS(klass);

    adapter_class->find_installations = dcc_blender_find_installations;
    adapter_class->read_version = dcc_blender_read_version;
    adapter_class->plan_launch = dcc_blender_plan_launch;
    adapter_class->plan_recovery = dcc_blender_plan_recovery;
    adapter_class->plan_probe = dcc_blender_adapter_plan_probe;
    adapter_class->plan_stop = dcc_blender_adapter_plan_stop;
    adapter_class->read_line = dcc_blender_read_line;
    adapter_class->judge_exit = dcc_blender_judge_exit;
    adapter_class->list_rescue_files = dcc_blender_list_rescue_files;
    adapter_class->read_scene_version = dcc_blender_read_scene_version;
}

static void
dcc_blender_adapter_init(DccBlenderAdapter *self)
{
    g_object_set(self, "id", "blender", "title", "Blender", NULL);
}

DCC_DEFINE_ADAPTER_MODULE("blender", "DccBlenderAdapter", "1.0", dcc_blender_adapter_get_type);
