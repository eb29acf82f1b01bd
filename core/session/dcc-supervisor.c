/* The heart of a session; see the header.
 *
 * The state table says what follows on an event, the wish what is wanted, the policy whether and
 * when another run begins. There is one way to another run: settle(), when the last one has left
 * nothing. */
#include "dcc-supervisor-private.h"

#include "dcc-aftermath.h"
#include "dcc-claim.h"
#include "dcc-error.h"
#include "dcc-events.h"
#include "dcc-shim-link.h"
#include "dcc-supervisor-silence.h"

/* How long, and how often, the name is waited for that the last run's shim holds until it has ended: a busy
 * machine may put that off. */
#define NAME_PATIENCE_MS 10000
#define NAME_PERIOD_MS   5

/* -- Telling -- */

static void
on_told(JsonObject *event, gpointer data)
{
    DccSupervisor *self = data;

    self->handler->event(event, self->data);
}

/* -- Another run, or none -- */

static void
on_looked_ahead(gpointer data)
{
    DccSupervisor *self = data;

    dcc_supervisor_dispatch(self, self->due, self->due_reason);
}

void
dcc_supervisor_begin_soon(DccSupervisor *self, DccEvent due, const char *reason)
{
    self->due = due;
    self->due_reason = reason;
    dcc_look_ahead_free(self->ahead);
    self->ahead = dcc_supervisor_look_ahead(self, on_looked_ahead, self);
}

static gboolean
may_have_name(DccSupervisor *self)
{
    gint64 late_ms = (dcc_clock_now(self->clock) - self->delay_until) / 1000;

    return dcc_claim_again(self->dir, NULL) || late_ms >= NAME_PATIENCE_MS;
}

static gboolean
on_delay_over(gpointer data)
{
    DccSupervisor *self = data;
    g_autoptr(HeldSupervisor) held = dcc_supervisor_hold(self);

    self->delay_timer = 0;
    if (!may_have_name(self)) {
        self->delay_timer = dcc_clock_add(self->clock, NAME_PERIOD_MS, on_delay_over, self);
        return G_SOURCE_REMOVE;
    }
    self->delay_until = 0;
    dcc_supervisor_begin_soon(self, DCC_EVENT_DELAY_OVER, NULL);
    return G_SOURCE_REMOVE;
}

void
dcc_supervisor_forget_delay(DccSupervisor *self)
{
    dcc_clock_clear(self->clock, &self->delay_timer);
    self->delay_until = 0;
}

void
dcc_supervisor_arm_delay(DccSupervisor *self, gint64 ms)
{
    dcc_supervisor_forget_delay(self);
    self->delay_until = dcc_clock_now(self->clock) + ms * 1000;
    self->delay_timer = dcc_clock_add(self->clock, ms, on_delay_over, self);
}

/* The wish that led here is fulfilled by the run that is granted. */
static void
grant(DccSupervisor *self, const DccAftermath *what)
{
    gint64 delay_ms =
        dcc_aftermath_wait(what, dcc_instance_dir_get_dir(self->dir), dcc_clock_now(self->clock));

    dcc_intent_grant(&self->intent, what->safe);
    dcc_supervisor_arm_delay(self, delay_ms);
    dcc_event_log_tell(self->log,
                       dcc_event_restart(delay_ms,
                                         dcc_restart_policy_get_crashes(self->policy),
                                         dcc_settings_get(self->settings, DCC_SETTING_MAX_RESTARTS),
                                         what->reason,
                                         what->safe));
}

/* The run is over and has left nothing: what now? */
static void
settle(DccSupervisor *self)
{
    g_autoptr(DccRun) run = g_steal_pointer(&self->run);
    const DccRunEnd *end = dcc_run_get_end(run);
    DccAftermath what = dcc_aftermath_decide(run,
                                             self->state,
                                             self->intent.wish,
                                             self->policy,
                                             self->recovery,
                                             self->follower.render,
                                             dcc_clock_now(self->clock));

    /* What became of the work it went on from is what the user left. */
    if (end->recovered != NULL && dcc_run_get_stop(run) == DCC_RUN_STOP_ASKED &&
        self->intent.wish == DCC_WISH_DOWN && !dcc_run_end_is_bad(end))
        dcc_recovery_forget_work(self->recovery);
    if (what.offers_work &&
        dcc_recovery_offer(
            self->recovery, self->request, what.kind == DCC_AFTERMATH_RESTART, self->log))
        dcc_intent_offer(&self->intent);
    dcc_aftermath_note(&what, self->intent.next.go_on, self->evidence, self->recovery);
    if (what.kind == DCC_AFTERMATH_RESTART)
        grant(self, &what);
    else if (what.kind == DCC_AFTERMATH_GIVE_UP)
        dcc_event_log_tell(self->log, dcc_event_gave_up(what.reason));
    dcc_supervisor_dispatch(self, what.event, what.reason);
}

/* -- A run -- */

/* A failure leaves nothing of the run: dropping it ends what it has started. */
gboolean
dcc_supervisor_begin_run(DccSupervisor *self, gboolean *shortage, GError **error)
{
    g_autoptr(DccRenderJob) render =
        self->follower.render != NULL ? dcc_render_watch_make_job(self->follower.render) : NULL;
    DccRunOrder order = dcc_supervisor_make_order(self, render);
    const DccRunSetup *setup;

    if (!dcc_claim_again(self->dir, error))
        return FALSE;
    self->run =
        dcc_run_new(&order, self->clock, &dcc_run_follower_listener, &self->follower, error);
    if (self->run == NULL)
        return FALSE;
    setup = dcc_run_get_setup(self->run);
    if (setup->recovery_error != NULL)
        dcc_event_log_tell(self->log,
                           dcc_event_recovery("failed", order.work, setup->recovery_error));
    dcc_stop_report_begin(&self->history.report);
    dcc_shim_record_remove(dcc_instance_dir_get_dir(self->dir));
    dcc_supervisor_write_record(self);
    if (!dcc_run_spawn(self->run, dcc_tie_get_names(self->tie), shortage, error)) {
        g_clear_object(&self->run);
        return FALSE;
    }
    dcc_run_await_ready(self->run);
    dcc_supervisor_write_record(self);
    return TRUE;
}

static void
do_spawn(DccSupervisor *self)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(DccResult) failure = NULL;
    gboolean shortage = FALSE;

    if (dcc_supervisor_begin_run(self, &shortage, &error))
        return;
    failure = dcc_result_new_start_failed(
        dcc_error_is_scene(error) ? "scene" : "adapter", 0, error->message);
    if (!shortage) {
        dcc_history_note_result(&self->history, failure);
        dcc_evidence_break_promise(self->evidence, error->message);
    }
    dcc_supervisor_dispatch(
        self, shortage ? DCC_EVENT_SPAWN_REFUSED : DCC_EVENT_START_REFUSED, error->message);
}

static void
do_retry_spawn(DccSupervisor *self)
{
    DccDecision decision =
        dcc_restart_policy_decide_spawn(self->policy, dcc_clock_now(self->clock));

    g_clear_object(&self->run);
    if (decision.kind == DCC_DECISION_RESTART)
        dcc_supervisor_arm_delay(self, decision.delay_ms);
    else
        dcc_supervisor_dispatch(self, DCC_EVENT_BUDGET_SPENT, decision.reason);
}

void
dcc_supervisor_stop_run(DccSupervisor *self)
{
    if (self->run == NULL)
        return;
    if (self->intent.outside)
        dcc_run_note_outside(self->run);
    dcc_run_stop(self->run, dcc_supervisor_get_stop(self), self->intent.deadline_ms);
}

/* -- The state table at work -- */

/* The directory first: a client that sees the socket close finds the name free and the last state
 * written. */
static void
on_farewell(gpointer data)
{
    DccSupervisor *self = data;
    g_autoptr(HeldSupervisor) held = dcc_supervisor_hold(self);

    dcc_instance_dir_dissolve(self->dir);
    self->phase = DCC_SUPERVISOR_OVER;
    self->handler->ended(self->data);
}

static void
on_concluded(const char *problem, gpointer data)
{
    DccSupervisor *self = data;
    g_autoptr(HeldSupervisor) held = dcc_supervisor_hold(self);

    if (problem != NULL)
        dcc_event_log_degraded(self->log, problem);
    dcc_event_log_tell(self->log, dcc_event_ended(self->state, self->history.result));
    self->handler->concluded(self->data);
    self->farewell = dcc_farewell_new(self->clock, dcc_supervisor_is_told, self, on_farewell, self);
}

/* The commands that were asked for a version have ended, too. */
static gboolean
is_cleared(gpointer data)
{
    DccSupervisor *self = data;

    return !dcc_choice_runs_commands(self->choice) && dcc_supervisor_is_told(self);
}

void
dcc_supervisor_abandon(DccSupervisor *self, DccState state, GError *error)
{
    const char *stage = state == DCC_STATE_STOPPED ? "stopped" : "adapter";
    g_autoptr(DccResult) result = dcc_result_new_start_failed(stage, 0, error->message);

    self->phase = DCC_SUPERVISOR_CONCLUDING;
    self->state = state;
    self->refusal = error;
    if (self->history.result == NULL)
        dcc_history_note_result(&self->history, result);
    g_clear_pointer(&self->keeper, dcc_dir_keeper_free);
    g_clear_pointer(&self->ahead, dcc_look_ahead_free);
    dcc_choice_cancel(self->choice);
    self->handler->state(self->data);
    self->handler->concluded(self->data);
    self->farewell = dcc_farewell_new(self->clock, is_cleared, self, on_farewell, self);
}

/* Over for good. How it ended is written, then the last words are told; the sockets and the name go when
 * they were heard. */
static void
do_conclude(DccSupervisor *self)
{
    g_autoptr(DccLastRecord) last = NULL;

    self->phase = DCC_SUPERVISOR_CONCLUDING;
    dcc_supervisor_forget_delay(self);
    g_clear_pointer(&self->ahead, dcc_look_ahead_free);
    dcc_clock_clear(self->clock, &self->reset_timer);
    g_clear_pointer(&self->keeper, dcc_dir_keeper_free);
    g_clear_object(&self->run);
    if (self->follower.render != NULL)
        dcc_render_watch_conclude(self->follower.render, self->history.result);
    last = dcc_supervisor_make_last(self);
    self->conclusion = dcc_conclusion_new(self->dir, last, self->clock, on_concluded, self);
}

static gboolean
on_well_for_long(gpointer data)
{
    DccSupervisor *self = data;

    self->reset_timer = 0;
    if (self->run == NULL || !dcc_run_is_alive(self->run))
        return G_SOURCE_REMOVE;
    dcc_restart_policy_reset(self->policy);
    dcc_supervisor_write_record(self);
    return G_SOURCE_REMOVE;
}

static void
do_watch(DccSupervisor *self)
{
    gint64 reset_after = dcc_settings_get(self->settings, DCC_SETTING_RESET_AFTER);

    dcc_clock_clear(self->clock, &self->reset_timer);
    self->reset_timer = dcc_clock_add(self->clock, reset_after, on_well_for_long, self);
    dcc_run_watch_health(self->run);
    self->handler->running(self->data);
}

static void
do_action(DccSupervisor *self, DccAction action)
{
    switch (action) {
    case DCC_ACTION_IGNORE:
    case DCC_ACTION_NONE:
    case DCC_ACTION_REPORT:
    case DCC_ACTION_DELAY: /* armed by what granted the restart */
        break;
    case DCC_ACTION_SPAWN:
        do_spawn(self);
        break;
    case DCC_ACTION_WATCH:
        do_watch(self);
        break;
    case DCC_ACTION_CLEAR_TREE:
        dcc_run_clear_tree(self->run, self->state == DCC_STATE_CRASHED);
        break;
    case DCC_ACTION_CANCEL:
        dcc_evidence_break_promise(self->evidence, "it was stopped while that was waited for");
        do_conclude(self);
        break;
    case DCC_ACTION_CONCLUDE:
        do_conclude(self);
        break;
    case DCC_ACTION_RETRY_SPAWN:
        do_retry_spawn(self);
        break;
    case DCC_ACTION_KILL:
    case DCC_ACTION_ASK_TO_QUIT:
        dcc_supervisor_stop_run(self);
        break;
    }
}

void
dcc_supervisor_dispatch(DccSupervisor *self, DccEvent event, const char *reason)
{
    DccTransition transition = dcc_transition_lookup(self->state, event);
    DccState from = self->state;
    g_autoptr(HeldSupervisor) held = dcc_supervisor_hold(self);

    if (self->phase != DCC_SUPERVISOR_OPEN || transition.action == DCC_ACTION_IGNORE)
        return;
    if (self->keeper != NULL)
        dcc_dir_keeper_check(self->keeper);
    self->state = transition.next;
    /* The record first: what has been told must not be forgotten by a session that takes over. */
    dcc_supervisor_write_record(self);
    if (from != self->state) {
        gint64 pid =
            self->run != NULL && dcc_run_is_alive(self->run) ? dcc_run_get_pid(self->run) : 0;

        dcc_event_log_tell(self->log, dcc_event_state(from, self->state, reason, pid));
        self->handler->state(self->data);
    }
    do_action(self, transition.action);
}

/* -- What the follower of the run hands on -- */

static gpointer
on_hold(gpointer data)
{
    return dcc_supervisor_hold(data);
}

static void
on_release(gpointer data)
{
    dcc_supervisor_release(data);
}

static void
on_record(gpointer data)
{
    DccSupervisor *self = data;

    if (self->phase == DCC_SUPERVISOR_OPEN)
        dcc_supervisor_write_record(self);
}

static void
on_started(gpointer data)
{
    DccSupervisor *self = data;

    self->handler->pid(self->data);
}

static void
on_run_event(DccEvent event, const char *reason, gpointer data)
{
    dcc_supervisor_dispatch(data, event, reason);
}

static void
on_hung(gpointer data)
{
    DccSupervisor *self = data;

    if (dcc_settings_get_on_hang(self->settings) == DCC_HANG_RESTART &&
        self->state == DCC_STATE_UNRESPONSIVE && dcc_intent_hang(&self->intent))
        dcc_supervisor_dispatch(
            self, DCC_EVENT_HANG_TIMEOUT, "it has been unresponsive for too long");
}

static void
on_incomplete(gpointer data)
{
    DccSupervisor *self = data;

    self->handler->concluded(self->data);
}

static void
on_empty(gpointer data)
{
    settle(data);
}

/* A client that waits for an end that is over already is answered all the same. */
void
dcc_supervisor_go_down(DccSupervisor *self, const char *reason)
{
    if (self->phase == DCC_SUPERVISOR_OPEN && dcc_supervisor_is_choosing(self))
        dcc_supervisor_abandon(
            self,
            DCC_STATE_STOPPED,
            g_error_new(DCC_ERROR, DCC_ERROR_GONE, "%s before its version was known", reason));
    else if (self->phase == DCC_SUPERVISOR_OPEN)
        dcc_supervisor_dispatch(self, DCC_EVENT_STOP, reason);
    else if (self->phase > DCC_SUPERVISOR_OPEN)
        self->handler->concluded(self->data);
}

static void
on_render_late(gpointer data)
{
    DccSupervisor *self = data;
    g_autoptr(HeldSupervisor) held = dcc_supervisor_hold(self);

    dcc_intent_kill(&self->intent);
    dcc_supervisor_go_down(self, "its time was over");
}

static void
on_pictures_looked(gpointer data)
{
    DccSupervisor *self = data;
    g_autoptr(HeldSupervisor) held = dcc_supervisor_hold(self);

    if (self->phase == DCC_SUPERVISOR_OPEN && self->run != NULL)
        settle(self);
}

static const DccRenderWatchHandler render_handler = {.late = on_render_late,
                                                     .looked = on_pictures_looked};

static const DccRunFollowerHandler follower_handler = {
    .hold = on_hold,
    .release = on_release,
    .record = on_record,
    .started = on_started,
    .event = on_run_event,
    .hung = on_hung,
    .incomplete = on_incomplete,
    .empty = on_empty,
};

/* -- The beginning and the end -- */

static void
supervisor_clear(gpointer data)
{
    DccSupervisor *self = data;

    g_clear_error(&self->refusal);
    g_clear_pointer(&self->evidence, dcc_evidence_free);
    g_clear_pointer(&self->log, dcc_event_log_free);
    g_clear_pointer(&self->recovery, dcc_recovery_free);
    g_clear_pointer(&self->dir, dcc_instance_dir_free);
    g_clear_object(&self->policy);
    g_clear_object(&self->installation);
    g_clear_object(&self->adapter);
    g_clear_object(&self->settings);
    g_clear_object(&self->request);
    g_clear_object(&self->clock);
    dcc_history_clear(&self->history);
    g_free(self->log_path);
    g_free(self->rescue_dir);
    dcc_tie_free(self->tie);
}

void
dcc_supervisor_release(DccSupervisor *self)
{
    g_rc_box_release_full(self, supervisor_clear);
}

DccSupervisor *
dcc_supervisor_hold(DccSupervisor *self)
{
    return g_rc_box_acquire(self);
}

void
dcc_supervisor_free(DccSupervisor *self)
{
    if (self == NULL)
        return;
    /* An entry that has not returned may still tell. */
    self->handler = &dcc_supervisor_silence;
    self->phase = DCC_SUPERVISOR_OVER;
    dcc_supervisor_forget_delay(self);
    g_clear_pointer(&self->farewell, dcc_farewell_free);
    dcc_clock_clear(self->clock, &self->reset_timer);
    dcc_clock_clear(self->clock, &self->shim_timer);
    g_clear_pointer(&self->conclusion, dcc_conclusion_free);
    g_clear_pointer(&self->keeper, dcc_dir_keeper_free);
    dcc_tie_stop(self->tie);
    if (self->run != NULL)
        dcc_run_release(self->run);
    g_clear_object(&self->run);
    g_clear_pointer(&self->follower.render, dcc_render_watch_free);
    g_clear_pointer(&self->task, json_object_unref);
    /* What is not settled yet is for the next one that takes the name. */
    if (dcc_supervisor_is_choosing(self) && self->stale == NULL)
        dcc_instance_dir_dissolve(self->dir);
    g_clear_pointer(&self->stale, dcc_stale_run_free);
    g_clear_pointer(&self->choice, dcc_choice_free);
    g_clear_pointer(&self->ahead, dcc_look_ahead_free);
    dcc_supervisor_release(self);
}

static void
on_dir_lost(const GError *problem, gpointer data)
{
    DccSupervisor *self = data;
    g_autoptr(HeldSupervisor) held = dcc_supervisor_hold(self);
    g_autoptr(GError) error = problem != NULL ? g_error_copy(problem) : NULL;
    g_autofree char *what = NULL;

    if (self->phase != DCC_SUPERVISOR_OPEN)
        return;
    if (error != NULL || !self->handler->open(self->dir, self->clock, &error, self->data) ||
        (self->run != NULL && !dcc_run_reopen(self->run, &error)))
        what = g_strdup_printf("the runtime directory was removed: %s", error->message);
    dcc_supervisor_write_record(self);
    dcc_event_log_degraded(
        self->log, what != NULL ? what : "the runtime directory was removed, and was made anew");
}

static gboolean
open_render(DccSupervisor *self, const DccSessionRecord *record, GError **error)
{
    const DccRenderWatchOrder order = {.job = dcc_launch_request_get_render(self->request),
                                       .cwd = dcc_launch_request_get_cwd(self->request),
                                       .settings = self->settings,
                                       .clock = self->clock,
                                       .log = self->log,
                                       .record = record};

    if (order.job != NULL)
        self->follower.render = dcc_render_watch_new(&order, &render_handler, self, error);
    return order.job == NULL || self->follower.render != NULL;
}

/* Journal, sockets, paths: what stands as long as the session does. */
gboolean
dcc_supervisor_open(DccSupervisor *self, const DccSessionRecord *record, GError **error)
{
    self->log_path = dcc_instance_dir_get_state_file(self->dir, DCC_INSTANCE_DIR_LOG);
    self->rescue_dir = dcc_instance_dir_get_state_file(self->dir, DCC_INSTANCE_DIR_RESCUE);
    self->log = dcc_event_log_new(self->dir, record == NULL, on_told, self);
    self->evidence = dcc_evidence_new(self->dir, self->request, self->log, self->clock);
    self->follower = (DccRunFollower){.log = self->log,
                                      .evidence = self->evidence,
                                      .recovery = self->recovery,
                                      .history = &self->history,
                                      .intent = &self->intent,
                                      .handler = &follower_handler,
                                      .data = self};
    self->phase = DCC_SUPERVISOR_OPEN;
    self->keeper = self->follower.keeper =
        dcc_dir_keeper_new(self->dir, self->clock, on_dir_lost, self);
    return open_render(self, record, error) &&
           self->handler->open(self->dir, self->clock, error, self->data);
}
