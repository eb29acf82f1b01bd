/* Krita: how it is found, started, watched and stopped.
 *
 * The answers are in the files beside this one; here they are put together. What the agent inside
 * does is in agent/dcchost_krita_agent.py. Threading: none of its own; every question is asked on
 * the session's thread.
 */
#include "krita.h"
#include <dcc-adapter-module.h>
#include <signal.h>

struct _KritaAdapter {
    DccAdapter parent_instance;
};

G_DEFINE_TYPE(KritaAdapter, krita_adapter, DCC_TYPE_ADAPTER)

static DccProbePlan *
krita_plan_probe(DccAdapter *adapter, DccLaunchRequest *request, GError **error)
{
    return dcc_probe_plan_new_agent("ping", NULL);
}

/* Left to itself, Krita dies of SIGTERM at once and saves nothing; the agent makes a quit of it
 * that leaves copies of unsaved documents in TMPDIR. */
static DccStopPlan *
krita_plan_stop(DccAdapter *adapter, DccLaunchRequest *request, GError **error)
{
    DccStopPlan *plan = dcc_stop_plan_new();

    dcc_stop_plan_set_save_method(plan, "save");
    dcc_stop_plan_set_quit_method(plan, "quit");
    dcc_stop_plan_set_signal(plan, SIGTERM);
    return plan;
}

static void
krita_adapter_class_init(KritaAdapterClass *klass)
{
    DccAdapterClass *adapter_class = DCC_ADAPTER_CLASS(klass);

    adapter_class->find_installations = krita_find_installations;
    adapter_class->read_version = krita_read_version;
    adapter_class->plan_launch = krita_plan_launch;
    adapter_class->plan_recovery = krita_plan_recovery;
    adapter_class->plan_probe = krita_plan_probe;
    adapter_class->plan_stop = krita_plan_stop;
    adapter_class->read_line = krita_read_line;
    adapter_class->judge_exit = krita_judge_exit;
    adapter_class->list_rescue_files = krita_list_rescue_files;
}

static void
krita_adapter_init(KritaAdapter *self)
{
    g_object_set(self, "id", "krita", "title", "Krita", NULL);
}

DCC_DEFINE_ADAPTER_MODULE("krita", "KritaAdapter", "1.0", krita_adapter_get_type);
