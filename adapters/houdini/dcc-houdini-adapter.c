/* SideFX Houdini: how it is found, started, watched and stopped.
 *
 * The answers are in the files beside this one; here they are put together. What the agent inside
 * does is in agent/. Threading: none of its own; every question is asked on the session's thread.
 */
#include "dcc-houdini.h"
#include "dcc-kit.h"

/* AWS Deadline's Houdini adaptor grants as much. */
#define QUIT_MS 30000

DCC_KIT_DEFINE_ADAPTER(DccHoudiniAdapter, dcc_houdini_adapter, "houdini", "Houdini", "1.0");

/* hbatch has no agent. */
static DccProbePlan *
dcc_houdini_adapter_plan_probe(DccAdapter *adapter, DccLaunchRequest *request, GError **error)
{
    DccHoudiniArgs args;

    dcc_houdini_args_read(&args, request);
    return args.kind == DCC_HOUDINI_BATCH ? dcc_probe_plan_new_none()
                                          : dcc_kit_plan_ping(adapter, request, error);
}

/* A crashed Houdini goes on answering from its crash dialog: that answer is none. */
static DccProbeReply *
dcc_houdini_adapter_read_probe(DccAdapter *adapter,
                               DccProbePlan *plan,
                               const char *text,
                               GError **error)
{
    DccProbeReply *reply =
        DCC_ADAPTER_CLASS(dcc_houdini_adapter_parent_class)->read_probe(adapter, plan, text, error);
    DccProbeReply *crashed;

    if (!reply || g_strcmp0(dcc_probe_reply_get_busy(reply), DCC_HOUDINI_CRASHED) != 0)
        return reply;
    crashed = dcc_probe_reply_new(DCC_HEALTH_UNRESPONSIVE, -1);
    dcc_probe_reply_set_busy(crashed, DCC_HOUDINI_CRASHED);
    dcc_probe_reply_set_scene(crashed, dcc_probe_reply_get_scene(reply));
    g_object_unref(reply);
    return crashed;
}

static DccStopPlan *
dcc_houdini_adapter_plan_stop(DccAdapter *adapter, DccLaunchRequest *request, GError **error)
{
    DccHoudiniArgs args;

    dcc_houdini_args_read(&args, request);
    /* Work of its own holds the main thread: there is nobody to save or to quit. */
    return args.script ? dcc_stop_plan_new() : dcc_kit_plan_save_and_quit(QUIT_MS);
}

static void
dcc_houdini_adapter_class_init(DccHoudiniAdapterClass *klass)
{
    DccAdapterClass *adapter_class = DCC_ADAPTER_CLASS(klass);

    adapter_class->find_installations = dcc_houdini_find_installations;
    adapter_class->plan_launch = dcc_houdini_plan_launch;
    adapter_class->plan_recovery = dcc_houdini_plan_recovery;
    adapter_class->plan_render = dcc_houdini_plan_render;
    adapter_class->plan_probe = dcc_houdini_adapter_plan_probe;
    adapter_class->read_probe = dcc_houdini_adapter_read_probe;
    adapter_class->plan_stop = dcc_houdini_adapter_plan_stop;
    adapter_class->read_line = dcc_houdini_read_line;
    adapter_class->judge_exit = dcc_houdini_judge_exit;
    adapter_class->list_rescue_files = dcc_houdini_list_rescue_files;
    adapter_class->read_scene_version = dcc_houdini_read_scene_version;
}
