/* Autodesk Maya: how it is found, started, watched and stopped.
 *
 * The answers are in the files beside this one; here they are put together. What the agent inside
 * does is in agent/. Threading: none of its own; every question is asked on the session's thread.
 */
#include "dcc-kit.h"
#include "dcc-maya.h"

/* Closing is slow where plug-ins are many; farms grant 30 s (AWS Deadline's Maya adaptor). */
#define QUIT_MS 30000

DCC_KIT_DEFINE_ADAPTER(DccMayaAdapter, dcc_maya_adapter, "maya", "Maya", "1.0");

static DccStopPlan *
dcc_maya_adapter_plan_stop(DccAdapter *adapter, DccLaunchRequest *request, GError **error)
{
    DccMayaArgs args;

    dcc_maya_args_read(&args, request);
    /* Work of its own holds the main thread: there is nobody to save or to quit. */
    return args.script ? dcc_stop_plan_new() : dcc_kit_plan_save_and_quit(QUIT_MS);
}

static void
dcc_maya_adapter_class_init(DccMayaAdapterClass *klass)
{
    DccAdapterClass *adapter_class = DCC_ADAPTER_CLASS(klass);

    adapter_class->find_installations = dcc_maya_find_installations;
    adapter_class->read_version = dcc_maya_read_version;
    adapter_class->plan_launch = dcc_maya_plan_launch;
    adapter_class->plan_recovery = dcc_maya_plan_recovery;
    adapter_class->plan_render = dcc_maya_plan_render;
    adapter_class->plan_probe = dcc_kit_plan_ping;
    adapter_class->plan_stop = dcc_maya_adapter_plan_stop;
    adapter_class->read_line = dcc_maya_read_line;
    adapter_class->judge_exit = dcc_maya_judge_exit;
    adapter_class->list_rescue_files = dcc_maya_list_rescue_files;
    adapter_class->read_scene_version = dcc_maya_read_scene_version;
}
