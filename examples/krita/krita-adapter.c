/* Krita: how it is found, started, watched and stopped.
 *
 * The answers are in the files beside this one; here they are put together. What the agent inside
 * does is in agent/dcchost_krita_agent.py. Threading: none of its own; every question is asked on
 * the session's thread.
 */
#include "krita.h"

#define QUIT_MS 10000

DCC_KIT_DEFINE_ADAPTER(KritaAdapter, krita_adapter, "krita", "Krita", "1.0");

/* Left to itself, Krita dies of SIGTERM at once and saves nothing; the agent makes a quit of it
 * that leaves copies of unsaved documents in TMPDIR. */
static DccStopPlan *
krita_plan_stop(DccAdapter *adapter, DccLaunchRequest *request, GError **error)
{
    return dcc_kit_plan_save_and_quit(QUIT_MS);
}

static void
krita_adapter_class_init(KritaAdapterClass *klass)
{
    DccAdapterClass *adapter_class = DCC_ADAPTER_CLASS(klass);

    adapter_class->find_installations = krita_find_installations;
    adapter_class->read_version = krita_read_version;
    adapter_class->plan_launch = krita_plan_launch;
    adapter_class->plan_recovery = krita_plan_recovery;
    adapter_class->plan_probe = dcc_kit_plan_ping;
    adapter_class->plan_stop = krita_plan_stop;
    adapter_class->read_line = krita_read_line;
    adapter_class->judge_exit = krita_judge_exit;
    adapter_class->list_rescue_files = krita_list_rescue_files;
}
