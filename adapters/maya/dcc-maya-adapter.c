/* Autodesk Maya: how it is found, started, watched and stopped.
 *
 * The answers are in the files beside this one; here they are put together. What the agent inside
 * does is in agent/. Threading: none of its own; every question is asked on the session's thread.
 */
#include "dcc-adapter-module.h"
#include "dcc-maya.h"
#include <signal.h>

/* Closing is slow where plug-ins are many; farms grant 30 s (AWS Deadline's Maya adaptor). */
#define QUIT_MS 30000

struct _DccMayaAdapter {
    DccAdapter parent_instance;
};

G_DEFINE_TYPE(DccMayaAdapter, dcc_maya_adapter, DCC_TYPE_ADAPTER)

static DccProbePlan *
dcc_maya_adapter_plan_probe(DccAdapter *adapter, DccLaunchRequest *request, GError **error)
{
    return dcc_probe_plan_new_agent("ping", NULL);
}

static DccStopPlan *
dcc_maya_adapter_plan_stop(DccAdapter *adapter, DccLaunchRequest *request, GError **error)
{
    DccStopPlan *plan = dcc_stop_plan_new();
    DccMayaArgs args;

    dcc_maya_args_read(&args, request);
    /* Work of its own holds the main thread: there is nobody to save or to quit. */
    if (!args.script) {
        dcc_stop_plan_set_save_method(plan, "save");
        dcc_stop_plan_set_quit_method(plan, "quit");
        dcc_stop_plan_set_quit_timeout(plan, QUIT_MS);
    }
    dcc_stop_plan_set_signal(plan, SIGTERM);
    return plan;
}

static void
dcc_maya_adapter_class_init(DccMayaAdapterClass *klass)
{
    DccAdapterClass *adapter_class = DCC_ADAPTER_CLASS(klass);

    adapter_class->find_installations = dcc_maya_find_installations;
    adapter_class->read_version = dcc_maya_read_version;
    adapter_class->plan_launch = dcc_maya_plan_launch;
    adapter_class->plan_recovery = dcc_maya_plan_recovery;
    adapter_class->plan_probe = dcc_maya_adapter_plan_probe;
    adapter_class->plan_stop = dcc_maya_adapter_plan_stop;
    adapter_class->read_line = dcc_maya_read_line;
    adapter_class->judge_exit = dcc_maya_judge_exit;
    adapter_class->list_rescue_files = dcc_maya_list_rescue_files;
    adapter_class->read_scene_version = dcc_maya_read_scene_version;
}

static void
dcc_maya_adapter_init(DccMayaAdapter *self)
{
    g_object_set(self, "id", "maya", "title", "Maya", NULL);
}

DCC_DEFINE_ADAPTER_MODULE("maya", "DccMayaAdapter", "1.0", dcc_maya_adapter_get_type);
