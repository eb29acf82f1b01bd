/* One run: made, spawned or restored, stopped, ended; see the header.
 *
 * Every entry from a source or from one of its parts holds a reference: a listener may drop the run
 * from any callback, and then the parts are gone when it returns. */
#include "dcc-run-private.h"

#include "dcc-run-tree.h"

/* An agent finds a new session within two seconds. */
#define AGENT_RETURN_MS 3000

static gboolean
is_dropped(DccRun *self)
{
    return self->agent == NULL;
}

static void
clear_timers(DccRun *self)
{
    dcc_clock_clear(self->clock, &self->agent_timer);
    dcc_ready_timer_stop(self->ready_timer);
}

/* -- Readiness -- */

static void
become_ready(DccRun *self, const char *how)
{
    if (self->phase != DCC_RUN_SPAWNED)
        return;
    self->was_ready = TRUE;
    self->phase = DCC_RUN_READY;
    dcc_ready_timer_stop(self->ready_timer);
    self->listener->ready(self, how, self->data);
}

static void
on_settled(gpointer data)
{
    DccRun *self = data;
    g_autoptr(DccRun) held = g_object_ref(self);

    become_ready(self, "it has lived for the settle time");
}

static void
fail(DccRun *self, const char *stage, const char *reason)
{
    if (self->failure != NULL)
        return;
    self->failure = dcc_result_new_start_failed(stage, 0, reason);
    self->listener->not_ready(self, reason, self->data);
}

static void
on_late(const char *reason, gpointer data)
{
    DccRun *self = data;
    g_autoptr(DccRun) held = g_object_ref(self);

    fail(self, "ready", reason);
}

const DccReadyTimerHandler dcc_run_ready_timer_handler = {.settled = on_settled, .late = on_late};

void
dcc_run_await_ready(DccRun *self)
{
    dcc_ready_timer_await(self->ready_timer);
}

static void
note_started(DccRun *self)
{
    DccShimRecord record = {0};

    if (self->noted || !dcc_shim_link_read(self->shim, &record) || !record.spawned)
        return;
    self->noted = TRUE;
    self->pid = record.main.pid;
    dcc_run_watch_set_pid(self->watch, self->pid, self->began, self->began_wall);
    if (dcc_launch_plan_get_readiness(self->setup->plan) == DCC_READINESS_SETTLE &&
        self->phase == DCC_RUN_SPAWNED && self->stop == DCC_RUN_STOP_NOT)
        dcc_ready_timer_settle(self->ready_timer);
    self->listener->started(self, self->data);
    if (self->output != NULL && dcc_run_output_get_problem(self->output) != NULL)
        self->listener->degraded(self, dcc_run_output_get_problem(self->output), self->data);
}

/* -- Ending it -- */

/* A file that was told of while it ran belongs to its end as well. */
static void
note_told(DccRun *self, DccRescueKind kind, const char *path)
{
    g_ptr_array_add(self->told_files, dcc_rescue_file_new(kind, path));
}

static void
on_step(const char *step, const char *outcome, gint64 ms, const char *detail, gpointer data)
{
    DccRun *self = data;
    g_autoptr(DccRun) held = g_object_ref(self);

    if (g_str_equal(step, "save") && g_str_equal(outcome, "saved")) {
        g_free(self->saved_copy);
        self->saved_copy = g_strdup(detail);
        if (detail != NULL)
            note_told(self, DCC_RESCUE_COPY, detail);
    }
    self->listener->step(self, step, outcome, ms, detail, self->data);
}

static void
on_incomplete(gpointer data)
{
    DccRun *self = data;
    g_autoptr(DccRun) held = g_object_ref(self);
    g_auto(GStrv) left = dcc_run_tree_describe(self->shim);

    self->listener->incomplete(self, left, self->data);
}

static gboolean
on_lingers(gpointer data)
{
    DccRun *self = data;

    return dcc_run_tree_lingers(self->shim, &self->last_left);
}

static const DccStopSequenceHandler sequence_handler = {
    .step = on_step, .incomplete = on_incomplete, .lingers = on_lingers};

static void
make_sequence(DccRun *self)
{
    DccStopSequenceTools tools = {self->clock,
                                  dcc_run_agent_get_link(self->agent),
                                  self->shim,
                                  self->settings,
                                  self->setup->stop_plan,
                                  self->rescue_dir};

    self->sequence = dcc_stop_sequence_new(&tools, &sequence_handler, self);
}

static void
begin_sequence(DccRun *self)
{
    gboolean at_once = self->stop == DCC_RUN_STOP_KILL || self->stop == DCC_RUN_STOP_FAILED;

    dcc_clock_clear(self->clock, &self->agent_timer);
    make_sequence(self);
    if (self->paused && !at_once)
        dcc_shim_link_order(self->shim, DCC_SHIM_CONT);
    if (at_once)
        dcc_stop_sequence_kill(self->sequence);
    else if (self->phase >= DCC_RUN_EXITED)
        dcc_stop_sequence_main_ended(self->sequence, 0, dcc_run_tree_has_any(self->shim));
    else
        dcc_stop_sequence_begin(self->sequence, self->stop_deadline_ms);
}

static gboolean
on_agent_late(gpointer data)
{
    DccRun *self = data;
    g_autoptr(DccRun) held = g_object_ref(self);

    self->agent_timer = 0;
    self->agent_due = FALSE;
    begin_sequence(self);
    return G_SOURCE_REMOVE;
}

/* A session that has just taken over must not end unsaved work because the agent is still on its
 * way. */
static gboolean
waits_for_agent(DccRun *self)
{
    if (!self->agent_due || self->phase >= DCC_RUN_EXITED ||
        dcc_stop_plan_get_save_method(self->setup->stop_plan) == NULL)
        return FALSE;
    self->agent_timer = dcc_clock_add(self->clock, AGENT_RETURN_MS, on_agent_late, self);
    return TRUE;
}

void
dcc_run_stop(DccRun *self, DccRunStop why, gint64 deadline_ms)
{
    gboolean at_once = why == DCC_RUN_STOP_KILL || why == DCC_RUN_STOP_FAILED;

    if (self->shim == NULL || self->phase == DCC_RUN_EMPTY || self->phase == DCC_RUN_REFUSED)
        return;
    dcc_ready_timer_stop(self->ready_timer);
    if (self->stop == DCC_RUN_STOP_NOT || at_once) {
        self->stop = why;
        self->stop_deadline_ms = deadline_ms;
    }
    if (self->sequence == NULL) {
        if (at_once || self->agent_timer != 0 || !waits_for_agent(self))
            begin_sequence(self);
    } else if (at_once) {
        dcc_stop_sequence_kill(self->sequence);
    } else {
        dcc_stop_sequence_hurry(self->sequence);
    }
}

void
dcc_run_note_outside(DccRun *self)
{
    self->outside = TRUE;
}

void
dcc_run_limit_stop(DccRun *self, gint64 ms)
{
    if (self->sequence != NULL)
        dcc_stop_sequence_limit(self->sequence, ms);
    else
        self->stop_deadline_ms = ms;
}

void
dcc_run_clear_tree(DccRun *self, gboolean crashed)
{
    gint64 grace = crashed ? dcc_settings_get(self->settings, DCC_SETTING_CRASH_GRACE) : 0;

    if (self->phase == DCC_RUN_EMPTY || self->sequence != NULL || self->shim == NULL)
        return;
    make_sequence(self);
    dcc_stop_sequence_main_ended(self->sequence, grace, dcc_run_tree_has_any(self->shim));
}

/* -- The end -- */

/* What was ended beside the main process, and what was let go. */
static void
tell_cleared(DccRun *self)
{
    guint total = 0;
    g_autoptr(GArray) members = dcc_shim_link_list_ended(self->shim, &total);
    g_auto(GStrv) ended = dcc_run_tree_list_ended(members, total);
    g_auto(GStrv) released = dcc_run_tree_list_released(
        dcc_launch_plan_get_daemons(self->setup->plan), self->setup->incarnation);

    if (ended[0] != NULL || released[0] != NULL)
        self->listener->cleared(
            self, (const char *const *)ended, (const char *const *)released, self->data);
}

static void
on_dirs_cleared(gpointer data)
{
    DccRun *self = data;
    g_autoptr(DccRun) held = g_object_ref(self);

    self->phase = DCC_RUN_EMPTY;
    tell_cleared(self);
    if (!is_dropped(self))
        self->listener->empty(self, self->data);
}

static void
on_late_finds(GPtrArray *found, gboolean complete, gpointer data)
{
    DccRun *self = data;
    g_autoptr(DccRun) held = g_object_ref(self);

    self->keep_temp_dir = self->keep_temp_dir || !complete;
    for (guint i = 0; i < found->len && !is_dropped(self); i++) {
        DccRescueFile *file = g_ptr_array_index(found, i);

        self->listener->rescued(
            self, dcc_rescue_file_get_kind(file), dcc_rescue_file_get_path(file), self->data);
    }
    if (is_dropped(self))
        return;
    if (self->keep_temp_dir)
        self->listener->degraded(
            self, "a file could not be brought to safety; it stays where it was", self->data);
    if (!is_dropped(self))
        dcc_run_setup_clear_async(self->setup, self->keep_temp_dir, on_dirs_cleared, self);
}

/* None of its processes is left and its end was told. */
static void
finish(DccRun *self)
{
    g_autoptr(GListModel) files = NULL;

    if (self->sequence != NULL)
        dcc_stop_sequence_tree_empty(self->sequence);
    if (is_dropped(self) || self->phase != DCC_RUN_ENDED || dcc_rescue_is_busy(self->rescue))
        return;
    files = dcc_run_find_files(self);
    dcc_rescue_take(self->rescue, files, FALSE, on_late_finds, self);
}

static void
on_files_safe(GPtrArray *found, gboolean complete, gpointer data)
{
    DccRun *self = data;
    g_autoptr(DccRun) held = g_object_ref(self);

    self->keep_temp_dir = !complete;
    dcc_run_end_set_files(self->end, self->told_files, found, self->setup->temp_dir);
    self->listener->exited(self, self->end, self->data);
}

void
dcc_run_end_told(DccRun *self)
{
    if (is_dropped(self) || self->phase != DCC_RUN_EXITED)
        return;
    self->phase = DCC_RUN_ENDED;
    if (self->tree_gone)
        finish(self);
}

/* The main process has ended: the one place where a run's end is noted, so it is told once. */
static void
main_ended(DccRun *self)
{
    DccShimRecord record = {0};
    DccRunFacts facts;
    g_autoptr(GListModel) files = NULL;

    if (self->phase >= DCC_RUN_EXITED)
        return;
    dcc_agent_link_drain(dcc_run_agent_get_link(self->agent));
    note_started(self); /* no end without a start, whoever could not tell it */
    if (is_dropped(self) || self->phase >= DCC_RUN_EXITED)
        return;
    self->phase = DCC_RUN_EXITED;
    if (self->began != 0)
        self->uptime_ms = MAX(0, (dcc_clock_now(self->clock) - self->began) / 1000);
    clear_timers(self);
    dcc_run_watch_stop(self->watch);
    dcc_shim_link_read(self->shim, &record);
    dcc_run_output_read(self->output, TRUE);
    if (is_dropped(self))
        return;
    facts = dcc_run_make_facts(self, &record);
    self->end = dcc_run_judge(&facts);
    if (self->sequence != NULL)
        dcc_stop_sequence_main_ended(self->sequence, 0, dcc_run_tree_has_any(self->shim));
    else if (self->stop != DCC_RUN_STOP_NOT)
        begin_sequence(self);
    if (is_dropped(self))
        return;
    files = dcc_run_find_files(self);
    dcc_rescue_take(self->rescue, files, TRUE, on_files_safe, self);
}

static void
on_refused(DccRun *self)
{
    DccShimRecord record = {0};
    DccRunFacts facts;

    dcc_shim_link_read(self->shim, &record);
    facts = dcc_run_make_facts(self, &record);
    self->end = dcc_run_judge_refusal(&facts);
    self->phase = DCC_RUN_REFUSED;
    clear_timers(self);
    dcc_run_setup_remove_dirs(self->setup);
    self->listener->refused(self, self->end, self->data);
}

static void
on_empty(DccRun *self)
{
    self->tree_gone = TRUE;
    if (self->phase == DCC_RUN_ENDED)
        finish(self);
}

static void
on_paused(DccRun *self, gboolean paused)
{
    self->paused = paused;
    dcc_run_watch_set_paused(self->watch, paused);
    self->listener->changed(self, self->data);
}

static void
on_news(DccShimLink *link, int news, gpointer data)
{
    DccRun *self = data;
    g_autoptr(DccRun) held = g_object_ref(self);

    switch ((DccShimNews)news) {
    case DCC_SHIM_STARTED:
        note_started(self);
        break;
    case DCC_SHIM_REFUSED:
        on_refused(self);
        break;
    case DCC_SHIM_EXITED:
        main_ended(self);
        break;
    case DCC_SHIM_EMPTY:
        on_empty(self);
        break;
    case DCC_SHIM_PAUSED:
    case DCC_SHIM_RESUMED:
        on_paused(self, news == DCC_SHIM_PAUSED);
        break;
    case DCC_SHIM_DEGRADED:
        self->listener->degraded(
            self, "the log cannot be written; output is being dropped", self->data);
        break;
    case DCC_SHIM_OUTPUT:
        dcc_run_output_look(self->output);
        break;
    case DCC_SHIM_GONE: /* in order after EMPTY or REFUSED; else it was killed, and the link watches alone */
        if (!self->tree_gone && self->phase != DCC_RUN_REFUSED)
            self->listener->degraded(
                self, "the shim was killed; the session alone watches the application", self->data);
        break;
    }
}

void
dcc_run_hear_shim(DccRun *self)
{
    g_signal_connect(self->shim, "news", G_CALLBACK(on_news), self);
}

/* -- What its agent tells -- */

static void
on_agent_connected(gboolean connected, gpointer data)
{
    DccRun *self = data;
    g_autoptr(DccRun) held = g_object_ref(self);

    self->listener->agent(self, connected, self->data);
    if (is_dropped(self) || !connected)
        return;
    self->agent_due = FALSE;
    self->ready_unknown = FALSE;
    if (self->agent_timer != 0)
        begin_sequence(self);
}

static void
on_agent_ready(const char *wrong, gpointer data)
{
    DccRun *self = data;
    g_autoptr(DccRun) held = g_object_ref(self);

    if (self->shim == NULL || self->phase > DCC_RUN_SPAWNED)
        return;
    note_started(self); /* its word may overtake the shim's */
    if (is_dropped(self) || self->phase != DCC_RUN_SPAWNED)
        return;
    if (wrong != NULL)
        fail(self, "scene", wrong);
    else
        become_ready(self, "the agent says so");
}

static void
on_agent_changed(gpointer data)
{
    DccRun *self = data;
    g_autoptr(DccRun) held = g_object_ref(self);

    self->listener->changed(self, self->data);
}

static void
on_agent_degraded(const char *what, gpointer data)
{
    DccRun *self = data;
    g_autoptr(DccRun) held = g_object_ref(self);

    self->listener->degraded(self, what, self->data);
}

const DccRunAgentHandler dcc_run_agent_handler = {.connected = on_agent_connected,
                                                  .ready = on_agent_ready,
                                                  .changed = on_agent_changed,
                                                  .degraded = on_agent_degraded};

/* -- While it runs -- */

static void
on_progress(gpointer data)
{
    DccRun *self = data;
    g_autoptr(DccRun) held = g_object_ref(self);

    self->listener->progress(self, self->data);
}

static void
on_significant(DccOutputEvent *event, gpointer data)
{
    DccRun *self = data;
    g_autoptr(DccRun) held = g_object_ref(self);

    if (dcc_output_event_get_kind(event) == DCC_OUTPUT_CRASH)
        dcc_run_watch_crash_line(self->watch);
    self->listener->significant(self, event, self->data);
}

static void
on_frame(DccOutputEvent *event, gpointer data)
{
    DccRun *self = data;

    self->listener->frame(self, event, self->data);
}

const DccRunOutputHandler dcc_run_output_handler = {
    .progress = on_progress, .frame = on_frame, .significant = on_significant};

static void
on_health(DccHealth health, gpointer data)
{
    DccRun *self = data;
    g_autoptr(DccRun) held = g_object_ref(self);

    self->listener->health(self, health, self->data);
}

static void
on_hung(gpointer data)
{
    DccRun *self = data;
    g_autoptr(DccRun) held = g_object_ref(self);

    self->listener->hung(self, self->data);
}

static void
on_awake(gpointer data)
{
    DccRun *self = data;
    g_autoptr(DccRun) held = g_object_ref(self);

    self->listener->awake(self, self->data);
}

static void
on_reported(const char *path, gpointer data)
{
    DccRun *self = data;
    g_autoptr(DccRun) held = g_object_ref(self);

    if (path != NULL) {
        note_told(self, DCC_RESCUE_STACKS, path);
        self->listener->rescued(self, DCC_RESCUE_STACKS, path, self->data);
    } else
        self->listener->degraded(self, "the report on a hang cannot be written", self->data);
}

static void
on_dead(gpointer data)
{
    DccRun *self = data;

    if (dcc_run_is_alive(self))
        dcc_shim_link_order(self->shim, DCC_SHIM_KILL_TREE);
}

static void
on_blind(gpointer data)
{
    DccRun *self = data;

    if (!dcc_run_is_alive(self))
        return;
    self->blind = self->stop == DCC_RUN_STOP_NOT;
    dcc_shim_link_order(self->shim, DCC_SHIM_KILL_TREE);
}

const DccRunWatchHandler dcc_run_watch_handler = {.health = on_health,
                                                  .hung = on_hung,
                                                  .awake = on_awake,
                                                  .reported = on_reported,
                                                  .dead = on_dead,
                                                  .blind = on_blind};

void
dcc_run_set_counted(DccRun *self)
{
    self->counted = TRUE;
}
