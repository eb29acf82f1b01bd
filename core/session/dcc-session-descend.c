/* The way down, from wherever the application stands. */
#include "dcc-session-private.h"

#include "dcc-tree.h"

/* An agent finds a new session within two seconds. */
#define AGENT_RETURN_MS 3000

static void
on_step(const char *step, const char *outcome, gint64 ms, const char *detail, gpointer data)
{
    dcc_session_report_step(data, step, outcome, ms, detail);
}

static void
on_incomplete(gpointer data)
{
    DccSession *self = data;
    g_autoptr(GArray) left = dcc_shim_link_list_tree(self->life->shim);
    g_auto(GStrv) lines = dcc_tree_describe((const gint64 *)(gpointer)left->data, left->len);

    for (guint i = 0; lines[i] != NULL; i++)
        json_array_add_string_element(self->left, lines[i]);
    dcc_session_tell_degraded(self, "not every process could be ended; they are watched on");
    dcc_control_conclude(self->control);
}

static const DccStopSequenceHandler ladder_handler = {.step = on_step, .incomplete = on_incomplete};

static void
make_ladder(DccSession *self)
{
    DccLife *life = self->life;
    DccStopSequenceTools tools = {
        self->clock, self->agent, life->shim, self->settings, life->stop_plan, self->rescue_dir};

    life->stop_sequence = dcc_stop_sequence_new(&tools, &ladder_handler, self);
}

static gboolean
on_agent_late(gpointer data)
{
    DccSession *self = data;

    self->life->agent_timer = 0;
    self->life->agent_due = FALSE;
    dcc_session_descend(self);
    return G_SOURCE_REMOVE;
}

void
dcc_session_agent_is_back(DccSession *self)
{
    self->life->agent_due = FALSE;
    if (self->life->agent_timer == 0)
        return;
    dcc_clock_clear(self->clock, &self->life->agent_timer);
    dcc_session_descend(self);
}

/* A session that has just taken over must not end unsaved work because the agent is still on its
 * way. Who asks twice does not want to wait. */
static gboolean
waits_for_agent(DccSession *self)
{
    DccLife *life = self->life;

    if (!life->agent_due || life->exited || self->kill_wanted ||
        dcc_stop_plan_get_save_method(life->stop_plan) == NULL)
        return FALSE;
    if (life->agent_timer != 0) {
        dcc_clock_clear(self->clock, &life->agent_timer);
        life->agent_due = FALSE;
        return FALSE;
    }
    life->agent_timer = dcc_clock_add(self->clock, AGENT_RETURN_MS, on_agent_late, self);
    return TRUE;
}

/* Called when the application is to stop, when it is asked to hurry, and when its main process has
 * ended and left children behind. */
void
dcc_session_descend(DccSession *self)
{
    DccLife *life = self->life;
    gboolean fresh = life->stop_sequence == NULL;
    gboolean crashed = self->state == DCC_STATE_CRASHED;

    dcc_clock_clear(self->clock, &life->start_timer);
    dcc_clock_clear(self->clock, &life->settle_timer);
    if (self->state == DCC_STATE_STOPPING)
        life->requested = TRUE;
    if (fresh && waits_for_agent(self))
        return;
    if (fresh)
        make_ladder(self);
    if (fresh && life->paused && !self->kill_wanted)
        dcc_shim_link_order(life->shim, DCC_SHIM_CONT);
    if (self->kill_wanted)
        dcc_stop_sequence_kill(life->stop_sequence);
    else if (life->exited)
        dcc_stop_sequence_main_ended(
            life->stop_sequence,
            crashed ? dcc_settings_get(self->settings, DCC_SETTING_CRASH_GRACE) : 0);
    else if (fresh)
        dcc_stop_sequence_begin(life->stop_sequence, self->stop_deadline_ms);
    else
        dcc_stop_sequence_hurry(life->stop_sequence);
}
