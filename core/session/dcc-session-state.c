/* The state table at work: an event comes in, the table names the next state and one action, the
 * action is done here. What an action needs of the world is in the other files. */
#include "dcc-session-private.h"

#include "dcc-enum-types.h"
#include "dcc-error.h"
#include "dcc-json.h"

static void
tell_state(DccSession *self, DccState from, const char *reason)
{
    JsonObject *event = dcc_session_event("state");

    json_object_set_string_member(event, "from", dcc_enum_to_nick(DCC_TYPE_STATE, from));
    json_object_set_string_member(event, "to", dcc_enum_to_nick(DCC_TYPE_STATE, self->state));
    json_object_set_int_member(event, "pid", self->life != NULL ? self->life->pid : -1);
    if (reason != NULL)
        json_object_set_string_member(event, "reason", reason);
    dcc_session_tell(self, event);
    g_object_notify(G_OBJECT(self), "state");
}

static void
fail_start(DccSession *self, const GError *error)
{
    g_clear_object(&self->result);
    self->result = dcc_result_new_start_failed(
        dcc_error_is_scene(error) ? "scene" : "adapter", 0, error->message);
}

static void
do_spawn(DccSession *self)
{
    g_autoptr(GError) error = NULL;
    gboolean out_of_something = FALSE;

    if (dcc_session_begin_life(self, &out_of_something, &error))
        return;
    if (!out_of_something)
        fail_start(self, error);
    dcc_session_dispatch(
        self, out_of_something ? DCC_EVENT_SPAWN_REFUSED : DCC_EVENT_START_REFUSED, error->message);
}

static gboolean
on_delay_over(gpointer data)
{
    DccSession *self = data;

    self->delay_timer = 0;
    self->delay_until = 0;
    dcc_session_dispatch(self, DCC_EVENT_DELAY_OVER, NULL);
    return G_SOURCE_REMOVE;
}

void
dcc_session_arm_delay(DccSession *self, gint64 ms)
{
    dcc_clock_clear(self->clock, &self->delay_timer);
    self->delay_until = dcc_clock_now(self->clock) + ms * 1000;
    self->delay_timer = dcc_clock_add(self->clock, ms, on_delay_over, self);
}

static void
do_retry_spawn(DccSession *self)
{
    DccDecision decision =
        dcc_restart_policy_decide_spawn(self->policy, dcc_clock_now(self->clock));

    dcc_session_rescue_files(self);
    g_clear_pointer(&self->life, dcc_life_free);
    if (decision.kind != DCC_DECISION_RESTART) {
        dcc_session_dispatch(self, DCC_EVENT_BUDGET_SPENT, decision.reason);
        return;
    }
    dcc_session_arm_delay(self, decision.delay_ms);
}

static gboolean
on_farewell(gpointer data)
{
    DccSession *self = data;

    self->farewell_timer = 0;
    if (self->control != NULL && !dcc_control_is_flushed(self->control) &&
        dcc_clock_now(self->clock) < self->delay_until) {
        self->farewell_timer = dcc_clock_add(self->clock, 10, on_farewell, self);
        return G_SOURCE_REMOVE;
    }
    /* The place first: who comes now finds the last state, and who sees us close finds the name
     * free. */
    dcc_instance_dir_dissolve(self->instance_dir);
    g_clear_pointer(&self->control, dcc_control_free);
    g_clear_pointer(&self->agent, dcc_agent_link_free);
    self->told_ended = TRUE;
    g_signal_emit_by_name(self, "ended");
    return G_SOURCE_REMOVE;
}

/* Over for good. The last words are written and told; who listens has a second to take them in, and
 * only then do the sockets and the name go. */
static void
do_conclude(DccSession *self)
{
    JsonObject *event = dcc_session_event("ended");

    self->over = TRUE;
    dcc_clock_clear(self->clock, &self->delay_timer);
    if (self->life != NULL)
        dcc_session_rescue_files(self);
    json_object_set_string_member(event, "state", dcc_enum_to_nick(DCC_TYPE_STATE, self->state));
    if (self->result != NULL)
        json_object_set_object_member(event, "result", dcc_session_result_to_object(self->result));
    else
        json_object_set_null_member(event, "result");
    dcc_session_tell(self, event);
    dcc_session_write_last(self);
    dcc_control_conclude(self->control);
    g_clear_pointer(&self->life, dcc_life_free);
    self->delay_until = dcc_clock_now(self->clock) + G_USEC_PER_SEC;
    self->farewell_timer = dcc_clock_add(self->clock, 0, on_farewell, self);
}

static void
do_action(DccSession *self, DccAction action)
{
    switch (action) {
    case DCC_ACTION_IGNORE:
    case DCC_ACTION_NONE:
    case DCC_ACTION_REPORT:
        break;
    case DCC_ACTION_SPAWN:
        do_spawn(self);
        break;
    case DCC_ACTION_WATCH:
        dcc_session_start_watching(self);
        break;
    case DCC_ACTION_BURY:
        if (self->life->empty)
            dcc_session_settle(self);
        else
            dcc_session_descend(self);
        break;
    case DCC_ACTION_CONCLUDE:
    case DCC_ACTION_CANCEL:
        do_conclude(self);
        break;
    case DCC_ACTION_DELAY:
        break; /* who granted the restart has armed it */
    case DCC_ACTION_RETRY_SPAWN:
        do_retry_spawn(self);
        break;
    case DCC_ACTION_KILL:
        self->kill_wanted = TRUE;
        dcc_session_descend(self);
        break;
    case DCC_ACTION_ASK_TO_QUIT:
        dcc_session_descend(self);
        break;
    }
}

void
dcc_session_dispatch(DccSession *self, DccEvent event, const char *reason)
{
    DccTransition transition = dcc_transition_lookup(self->state, event);
    DccState from = self->state;
    g_autoptr(DccSession) held = g_object_ref(self);

    if (self->over || transition.action == DCC_ACTION_IGNORE || dcc_session_is_foreign(self))
        return;
    self->state = transition.next;
    /* The record first: what has been told must not be forgotten by who takes over. */
    dcc_session_write_record(self);
    if (from != self->state)
        tell_state(self, from, reason);
    do_action(self, transition.action);
}

static void
tell_restart(DccSession *self, const DccDecision *decision)
{
    JsonObject *event = dcc_session_event("restart");

    json_object_set_int_member(event, "delay_ms", decision->delay_ms);
    json_object_set_int_member(event, "attempt", dcc_restart_policy_get_crashes(self->policy));
    json_object_set_int_member(
        event, "max", dcc_settings_get(self->settings, DCC_SETTING_MAX_RESTARTS));
    json_object_set_string_member(event, "reason", decision->reason);
    json_object_set_boolean_member(event, "safe", decision->safe);
    dcc_session_tell(self, event);
}

static void
grant(DccSession *self, const DccDecision *decision)
{
    self->safe_wanted = decision->safe;
    dcc_session_note_next(self, "restart", decision->reason, decision->safe);
    tell_restart(self, decision);
    dcc_session_arm_delay(self, decision->delay_ms);
    dcc_session_dispatch(self, DCC_EVENT_RESTART_GRANTED, decision->reason);
}

static void
give_up(DccSession *self, const char *reason)
{
    JsonObject *event = dcc_session_event("gave-up");

    json_object_set_string_member(event, "reason", reason);
    dcc_session_tell(self, event);
    dcc_session_note_next(self, "gave-up", reason, FALSE);
    dcc_session_dispatch(self, DCC_EVENT_BUDGET_SPENT, reason);
}

static char *
describe_cause(DccResult *result)
{
    const char *verdict = dcc_enum_to_nick(DCC_TYPE_VERDICT_KIND, dcc_result_get_verdict(result));

    if (dcc_result_get_signal(result) != 0)
        return g_strdup_printf("%s, signal %d", verdict, dcc_result_get_signal(result));
    return g_strdup_printf("%s, code %d", verdict, dcc_result_get_code(result));
}

static void
rest(DccSession *self, const char *reason)
{
    dcc_session_note_next(self, "rest", reason, FALSE);
    dcc_session_dispatch(self, DCC_EVENT_RESTART_REFUSED, reason);
}

/* A job of its own: without what the user has added it would be another one. */
static gboolean
is_job(DccSession *self)
{
    const char *const *args = dcc_launch_request_get_args(self->request);

    return dcc_launch_request_is_headless(self->request) && args != NULL && args[0] != NULL;
}

static void
ask_policy(DccSession *self, DccLifeEnd *end, gboolean bad)
{
    g_autofree char *cause = describe_cause(self->result);
    DccDecision decision;

    end->cause = cause;
    decision = dcc_restart_policy_decide_end(self->policy, end, dcc_clock_now(self->clock));
    if (bad)
        dcc_session_offer_work(self, decision.kind == DCC_DECISION_RESTART);
    if (decision.kind == DCC_DECISION_RESTART)
        grant(self, &decision);
    else if (decision.kind == DCC_DECISION_GIVE_UP)
        give_up(self, decision.reason);
    else
        rest(self, decision.reason);
}

static void
restart_as_asked(DccSession *self)
{
    DccDecision now = {.kind = DCC_DECISION_RESTART, .reason = "restart was asked for"};

    if (self->hang_restart)
        dcc_session_offer_work(self, TRUE);
    self->hang_restart = FALSE;
    self->wanted_restart = FALSE;
    self->kill_wanted = FALSE;
    grant(self, &now);
}

/* The life is over and its tree is empty: what now? A stop that was asked for outranks the policy
 * (G17). */
void
dcc_session_settle(DccSession *self)
{
    DccLife *life = self->life;
    DccLifeEnd end = {.job = is_job(self), .started = life->began};
    g_autofree char *scene = NULL;
    gboolean failed = life->failure != NULL;
    gboolean stopping = self->state == DCC_STATE_STOPPING;

    dcc_session_note_last_scene(self);
    dcc_session_rescue_files(self);
    end.verdict = life->refused ? DCC_VERDICT_FAILED : dcc_result_get_verdict(self->result);
    scene = g_strdup(dcc_session_get_row_scene(self));
    end.scene = scene;
    if (life->recovered != NULL && !self->wanted_restart && !failed &&
        (stopping || self->state == DCC_STATE_STOPPED))
        g_clear_object(&self->work); /* what became of it is what the artist left */
    g_clear_pointer(&self->life, dcc_life_free);
    if (stopping && self->wanted_restart) {
        restart_as_asked(self);
    } else if (stopping && failed) {
        dcc_session_note_next(self, "gave-up", dcc_result_get_reason(self->result), FALSE);
        dcc_session_dispatch(self, DCC_EVENT_BUDGET_SPENT, dcc_result_get_reason(self->result));
    } else if (stopping) {
        dcc_session_note_next(self, "rest", "a stop was asked for", FALSE);
        dcc_session_dispatch(self, DCC_EVENT_TREE_EMPTY, NULL);
    } else if (self->state == DCC_STATE_FAILED) {
        dcc_session_offer_work(self, FALSE);
        give_up(self, dcc_result_get_reason(self->result));
    } else {
        ask_policy(self, &end, self->state == DCC_STATE_CRASHED);
    }
}
