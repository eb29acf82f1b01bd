/* The supervisor as the control socket asks it; see the header. */
#include "dcc-doors.h"

static JsonObject *
on_status(gpointer data)
{
    return dcc_supervisor_make_status(data);
}

static JsonObject *
on_end_report(gpointer data)
{
    return dcc_supervisor_make_end_report(data);
}

static DccJournal *
on_journal(gpointer data)
{
    return dcc_supervisor_get_journal(data);
}

static DccRun *
on_run(gpointer data)
{
    return dcc_supervisor_get_run(data);
}

static void
on_note(const char *client, const char *what, gpointer data)
{
    dcc_supervisor_note(data, client, what);
}

static JsonObject *
on_frame(JsonObject *params, GError **error, gpointer data)
{
    return dcc_supervisor_tell_frame(data, params, error);
}

static JsonObject *
on_rendered(JsonObject *params, GError **error, gpointer data)
{
    return dcc_supervisor_tell_rendered(data, params, error);
}

static void
on_stop(gint64 deadline_ms, gboolean join, gboolean outside, gpointer data)
{
    if (join && dcc_supervisor_get_state(data) == DCC_STATE_STOPPING)
        return;
    if (outside)
        dcc_supervisor_cancel(data, deadline_ms);
    else
        dcc_supervisor_stop(data, deadline_ms);
}

static void
on_kill(gpointer data)
{
    dcc_supervisor_kill(data);
}

static DccLookAhead *
on_look_ahead(DccLookAheadFunc func, gpointer caller, gpointer data)
{
    return dcc_supervisor_look_ahead(data, func, caller);
}

static gboolean
on_may_restart(gboolean recover, DccLookAhead *ahead, GError **error, gpointer data)
{
    return dcc_supervisor_may_restart(data, recover, ahead, error) &&
           (!recover || ahead == NULL || dcc_supervisor_recover(data, error));
}

static void
on_restart(gboolean recover, gpointer data)
{
    dcc_supervisor_restart(data);
}

static const DccControlHandler handler = {
    .status = on_status,
    .end_report = on_end_report,
    .journal = on_journal,
    .run = on_run,
    .note = on_note,
    .frame = on_frame,
    .rendered = on_rendered,
    .stop = on_stop,
    .kill = on_kill,
    .look_ahead = on_look_ahead,
    .may_restart = on_may_restart,
    .restart = on_restart,
};

DccControl *
dcc_doors_open(DccSupervisor *supervisor, DccInstanceDir *dir, DccClock *clock, GError **error)
{
    return dcc_control_new(dir, clock, &handler, supervisor, error);
}
