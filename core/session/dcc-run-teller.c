/* Tells of a run; see the header. */
#include "dcc-run-teller.h"

#include "dcc-events.h"

#define LOG_TAIL_LINES 20
#define GUESS                                                                                      \
    "taken for a job (no window, arguments): its adapter does not say whether it ends by itself"

static gboolean
was_told(DccEventLog *log, const char *type, const char *incarnation)
{
    return dcc_journal_has(dcc_event_log_get_journal(log), type, incarnation);
}

void
dcc_run_teller_started(DccEventLog *log, DccRun *run)
{
    const DccRunSetup *setup = dcc_run_get_setup(run);

    if (was_told(log, "started", setup->incarnation))
        return;
    dcc_event_log_tell(log,
                       dcc_event_started(dcc_run_get_pid(run),
                                         dcc_run_get_shim_pid(run),
                                         setup->incarnation,
                                         dcc_launch_plan_get_argv(setup->plan)[0],
                                         dcc_installation_get_version(setup->installation)));
    if (setup->guesses_job)
        dcc_event_log_tell(log, dcc_event_note("dcchost", GUESS));
}

void
dcc_run_teller_agent(DccEventLog *log, DccRun *run, gboolean connected)
{
    dcc_event_log_tell(log,
                       dcc_event_agent(connected,
                                       connected ? dcc_run_get_agent_version(run) : NULL,
                                       connected ? dcc_run_get_agent_python(run) : NULL));
}

void
dcc_run_teller_health(DccEventLog *log, DccRun *run, DccHealth health)
{
    gint64 age = -1;

    dcc_event_log_tell(log, dcc_event_health(health, dcc_run_get_last_probe(run, &age)));
}

void
dcc_run_teller_stale_start(DccEventLog *log,
                           const DccRunEnd *end,
                           gint64 shim_pid,
                           const char *executable,
                           const char *version)
{
    if (!was_told(log, "started", end->incarnation))
        dcc_event_log_tell(
            log, dcc_event_started(end->pid, shim_pid, end->incarnation, executable, version));
}

void
dcc_run_teller_exit(DccEventLog *log, const DccRunEnd *end, const char *bundle)
{
    g_autoptr(JsonObject) event = NULL;

    if (!was_told(log, "exit", end->incarnation)) {
        event = dcc_event_exit(end, bundle);
        dcc_event_log_tell(log, json_object_ref(event));
        dcc_event_log_add_death(log, event);
    }
    if (dcc_run_end_is_bad(end))
        dcc_event_log_tell(log, dcc_event_log_tail(end, LOG_TAIL_LINES));
}
