/* Blender: how it is found, started, watched and stopped.
 *
 * The answers are in the files beside this one; here they are put together. What the agent inside
 * does is in agent/dcchost_blender_agent.py. Threading: none of its own; every question is asked on
 * the session's thread.
 */
#include "dcc-blender.h"
#include "dcc-kit.h"

#define QUIT_MS 10000
/* A background render hears of an interruption only at its next batch of samples: 20 s were seen,
 * and farms grant 30 for everything. Whatever it is doing, nothing can be saved meanwhile, and
 * SIGTERM ends it at once. */
#define CANCEL_MS 2000

DCC_KIT_DEFINE_ADAPTER(DccBlenderAdapter, dcc_blender_adapter, "blender", "Blender", "1.0");

static DccStopPlan *
dcc_blender_adapter_plan_stop(DccAdapter *adapter, DccLaunchRequest *request, GError **error)
{
    DccStopPlan *plan;
    DccBlenderArgs args;
    gboolean job;

    dcc_blender_args_read(&args, dcc_launch_request_get_args(request));
    job = (dcc_launch_request_is_headless(request) || args.background) &&
          dcc_blender_args_end_by_themselves(&args);
    plan = dcc_kit_plan_save_and_quit(job ? CANCEL_MS : QUIT_MS);
    if (job)
        dcc_stop_plan_set_save_method(plan, NULL);
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
    adapter_class->plan_probe = dcc_kit_plan_ping;
    adapter_class->plan_stop = dcc_blender_adapter_plan_stop;
    adapter_class->read_line = dcc_blender_read_line;
    adapter_class->judge_exit = dcc_blender_judge_exit;
    adapter_class->list_rescue_files = dcc_blender_list_rescue_files;
    adapter_class->read_scene_version = dcc_blender_read_scene_version;
}
