/* Follows the runs of one instance; see the header. */
#include "dcc-run-follower.h"

#include "dcc-events.h"
#include "dcc-restart-policy.h"
#include "dcc-run-teller.h"

#include <errno.h>

/* Keeps the owner for as long as a callback runs. */
typedef struct {
    DccRunFollower *follower;
    gpointer data;
} Held;

static Held
hold(gpointer data)
{
    DccRunFollower *self = data;

    return (Held){self, self->handler->hold(self->data)};
}

static void
held_clear(Held *held)
{
    held->follower->handler->release(held->data);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Held, held_clear)

/* Where its plan takes only a part of them. */
static DccFrames *
list_planned(DccLaunchPlan *plan)
{
    g_autofree char *text = NULL;
    int first = 0, last = 0, step = 0;

    dcc_launch_plan_get_frames(plan, &first, &last, &step);
    if (step <= 0)
        return NULL;
    text = g_strdup_printf("%d-%dx%d", first, last, step);
    return dcc_frames_parse(text, NULL);
}

static void
begin_frames(DccRunFollower *self, DccRun *run)
{
    g_autoptr(DccFrames) planned = NULL;

    if (self->render == NULL)
        return;
    planned = list_planned(dcc_run_get_setup(run)->plan);
    dcc_render_watch_begin(self->render, dcc_run_get_pid(run), planned);
}

static void
on_started(DccRun *run, gpointer data)
{
    DccRunFollower *self = data;
    g_auto(Held) held = hold(self);

    /* To an adopter it is no news, unless the session before had no time to take it in. */
    if (!dcc_run_was_counted(run)) {
        dcc_run_set_counted(run);
        dcc_intent_begun(self->intent);
        dcc_history_note_started(self->history);
        self->handler->record(self->data);
    }
    self->handler->started(self->data);
    dcc_run_teller_started(self->log, run);
    begin_frames(self, run);
}

static gboolean
is_shortage(DccResult *result)
{
    int code = dcc_result_get_errno(result);

    return g_strcmp0(dcc_result_get_stage(result), "spawn") == 0 &&
           (code == EAGAIN || code == EMFILE || code == ENFILE || code == ENOMEM);
}

/* An end that is told when its evidence is on disk. */
typedef struct {
    DccRunFollower *follower;
    DccRun *run; /* weak: one that is dropped meanwhile tells nothing any more */
    DccRunEnd *end;
    void (*tell)(DccRunFollower *self, DccRun *run, const DccRunEnd *end, const char *bundle);
} Pending;

static void
pending_free(gpointer data)
{
    Pending *pending = data;

    g_clear_weak_pointer(&pending->run);
    dcc_run_end_unref(pending->end);
    g_free(pending);
}

static void
on_gathered(const char *bundle, gpointer data)
{
    Pending *pending = data;
    g_auto(Held) held = hold(pending->follower);

    if (pending->run != NULL)
        pending->tell(pending->follower, pending->run, pending->end, bundle);
}

static void
gather(DccRunFollower *self,
       DccRun *run,
       DccRunEnd *end,
       void (*tell)(DccRunFollower *self, DccRun *run, const DccRunEnd *end, const char *bundle))
{
    Pending *pending = g_new0(Pending, 1);
    const DccEvidenceCall call = {on_gathered, pending, pending_free};

    pending->follower = self;
    g_set_weak_pointer(&pending->run, run);
    pending->end = dcc_run_end_ref(end);
    pending->tell = tell;
    dcc_evidence_gather(self->evidence, run, end, dcc_recovery_get_work(self->recovery), &call);
}

static void
tell_refused(DccRunFollower *self, DccRun *run, const DccRunEnd *end, const char *bundle)
{
    DccEvidenceNext next = {.action = "rest", .reason = dcc_result_get_reason(end->result)};

    dcc_history_note_result(self->history, end->result);
    dcc_evidence_note_next(self->evidence, &next);
    self->handler->event(DCC_EVENT_START_REFUSED, dcc_result_get_reason(end->result), self->data);
}

static void
on_refused(DccRun *run, DccRunEnd *end, gpointer data)
{
    DccRunFollower *self = data;
    g_auto(Held) held = hold(self);

    if (is_shortage(end->result))
        self->handler->event(
            DCC_EVENT_SPAWN_REFUSED, dcc_result_get_reason(end->result), self->data);
    else
        gather(self, run, end, tell_refused);
}

static void
on_ready(DccRun *run, const char *how, gpointer data)
{
    DccRunFollower *self = data;
    g_auto(Held) held = hold(self);
    const char *recovered = dcc_run_get_setup(run)->recovered;
    DccRescueFile *work = recovered != NULL ? dcc_recovery_find(self->recovery, recovered) : NULL;

    if (work != NULL)
        dcc_event_log_tell(self->log, dcc_event_recovery("opened", work, NULL));
    self->handler->event(DCC_EVENT_READY, how, self->data);
}

static void
on_not_ready(DccRun *run, const char *reason, gpointer data)
{
    DccRunFollower *self = data;
    g_auto(Held) held = hold(self);

    self->handler->event(DCC_EVENT_START_TIMEOUT, reason, self->data);
}

static void
on_agent(DccRun *run, gboolean connected, gpointer data)
{
    DccRunFollower *self = data;
    g_auto(Held) held = hold(self);

    dcc_run_teller_agent(self->log, run, connected);
}

static void
on_significant(DccRun *run, DccOutputEvent *event, gpointer data)
{
    DccRunFollower *self = data;
    g_auto(Held) held = hold(self);

    dcc_event_log_tell(self->log, dcc_event_output(event));
}

static void
on_progress(DccRun *run, gpointer data)
{
    DccRunFollower *self = data;
    g_auto(Held) held = hold(self);

    dcc_event_log_tell(self->log, dcc_event_progress(dcc_run_get_progress(run)));
}

static void
on_frame(DccRun *run, DccOutputEvent *event, gpointer data)
{
    DccRunFollower *self = data;

    if (self->render != NULL)
        dcc_render_watch_take_line(self->render, event);
}

static void
on_health(DccRun *run, DccHealth health, gpointer data)
{
    DccRunFollower *self = data;
    g_auto(Held) held = hold(self);

    dcc_run_teller_health(self->log, run, health);
    if (health == DCC_HEALTH_UNRESPONSIVE)
        self->handler->event(DCC_EVENT_HUNG, "it neither answers nor works", self->data);
    else if (health == DCC_HEALTH_OK || health == DCC_HEALTH_BUSY)
        self->handler->event(DCC_EVENT_WELL, "it answers or works again", self->data);
}

static void
on_hung(DccRun *run, gpointer data)
{
    DccRunFollower *self = data;
    g_auto(Held) held = hold(self);

    self->handler->hung(self->data);
}

/* A directory that was moved away as a whole is heard of by nobody. */
static void
on_awake(DccRun *run, gpointer data)
{
    DccRunFollower *self = data;
    g_auto(Held) held = hold(self);

    if (self->keeper != NULL)
        dcc_dir_keeper_check(self->keeper);
}

static void
on_changed(DccRun *run, gpointer data)
{
    DccRunFollower *self = data;
    g_auto(Held) held = hold(self);

    self->handler->record(self->data);
}

/* What a run leaves that was asked to save and to end lies in the copy of its stop, or was saved. A kill
 * saves nothing. */
static gboolean
is_orderly(DccRun *run)
{
    DccRunStop stop = dcc_run_get_stop(run);
    DccRunEnd *end = dcc_run_get_end(run);

    return stop == DCC_RUN_STOP_ASKED && (end == NULL || !dcc_run_end_is_bad(end));
}

static void
report_rescue(DccRunFollower *self, DccRun *run, DccRescueKind kind, const char *path)
{
    dcc_history_note_rescue(self->history, path);
    if (self->intent->next.go_on == DCC_GO_ON_NOT)
        dcc_recovery_consider(
            self->recovery, kind, path, dcc_run_get_setup(run)->incarnation, is_orderly(run));
    dcc_event_log_tell(self->log, dcc_event_rescue(kind, path));
}

static void
on_step(DccRun *run,
        const char *step,
        const char *outcome,
        gint64 ms,
        const char *detail,
        gpointer data)
{
    DccRunFollower *self = data;
    g_auto(Held) held = hold(self);
    gboolean saved = g_str_equal(step, "save") && g_str_equal(outcome, "saved");

    dcc_stop_report_add_step(&self->history->report, step, outcome, ms, detail);
    dcc_event_log_tell(self->log, dcc_event_step(step, outcome, ms, detail));
    if (saved && detail != NULL)
        report_rescue(self, run, DCC_RESCUE_COPY, detail);
}

static void
on_incomplete(DccRun *run, char **left, gpointer data)
{
    DccRunFollower *self = data;
    g_auto(Held) held = hold(self);

    dcc_stop_report_add_left(&self->history->report, (const char *const *)left);
    dcc_event_log_degraded(self->log, "not every process could be ended; they are watched on");
    self->handler->incomplete(self->data);
}

static void
on_rescued(DccRun *run, DccRescueKind kind, const char *path, gpointer data)
{
    DccRunFollower *self = data;
    g_auto(Held) held = hold(self);

    report_rescue(self, run, kind, path);
    dcc_evidence_add(self->evidence, dcc_run_get_setup(run)->incarnation, kind, path);
}

static void
on_degraded(DccRun *run, const char *what, gpointer data)
{
    DccRunFollower *self = data;
    g_auto(Held) held = hold(self);

    dcc_event_log_degraded(self->log, what);
    self->handler->record(self->data);
}

/* Where an adapter has the rescue file itself opened, that is no scene of its own. */
static void
note_scene(DccRunFollower *self, DccRun *run, const DccRunEnd *end)
{
    if (end->recovered != NULL && g_strcmp0(end->recovered, end->scene) == 0)
        return;
    dcc_recovery_note_scene(self->recovery,
                            end->scene,
                            end->incarnation,
                            dcc_run_get_scene_mtime_ns(run),
                            dcc_run_is_dirty(run));
}

static DccEvent
choose_event(const DccRunEnd *end)
{
    DccRunOutcome outcome = {.verdict = end->verdict,
                             .job = end->job,
                             .signaled = dcc_result_get_signal(end->result) != 0};

    if (end->refused_work)
        return DCC_EVENT_EXITED_CRASH; /* another start goes without the file */
    if (dcc_result_get_kind(end->result) == DCC_RESULT_START_FAILED)
        return DCC_EVENT_EXITED_FOR_GOOD;
    if (end->clean)
        return DCC_EVENT_EXITED_CLEAN;
    if (end->permanent || dcc_run_outcome_is_own_decision(&outcome))
        return DCC_EVENT_EXITED_FOR_GOOD;
    return DCC_EVENT_EXITED_CRASH;
}

static void
refuse_work(DccRunFollower *self, const char *path, const char *reason)
{
    DccRescueFile *work = dcc_recovery_find(self->recovery, path);

    if (work != NULL)
        dcc_event_log_tell(self->log, dcc_event_recovery("failed", work, reason));
    dcc_recovery_refuse(self->recovery, path);
}

/* Files, bundle and record are complete before the exit is told. */
static void
tell_exit(DccRunFollower *self, DccRun *run, const DccRunEnd *end, const char *bundle)
{
    g_autoptr(DccRun) held = g_object_ref(run);
    g_autofree char *text = dcc_run_end_describe(end);

    dcc_history_note_result(self->history, end->result);
    self->handler->record(self->data);
    dcc_run_teller_exit(self->log, end, bundle);
    self->handler->event(choose_event(end), text, self->data);
    dcc_run_end_told(run);
}

static void
on_exited(DccRun *run, DccRunEnd *end, gpointer data)
{
    DccRunFollower *self = data;
    g_auto(Held) held = hold(self);
    gboolean bad = dcc_run_end_is_bad(end) || dcc_run_get_stop(run) == DCC_RUN_STOP_HANG;

    note_scene(self, run, end);
    for (guint i = end->n_told_files; i < end->files->len; i++) {
        DccRescueFile *file = g_ptr_array_index(end->files, i);

        report_rescue(self, run, dcc_rescue_file_get_kind(file), dcc_rescue_file_get_path(file));
    }
    if (end->refused_work) {
        g_autofree char *text = dcc_run_end_describe(end);

        refuse_work(self, end->recovered, text);
    }
    if (bad)
        gather(self, run, end, tell_exit);
    else
        tell_exit(self, run, end, NULL);
}

static void
on_cleared(DccRun *run, const char *const *ended, const char *const *released, gpointer data)
{
    DccRunFollower *self = data;
    g_auto(Held) held = hold(self);

    dcc_stop_report_add_left(&self->history->report, released);
    dcc_stop_report_set_ended(&self->history->report, ended);
    if (ended[0] != NULL)
        dcc_event_log_tell(self->log, dcc_event_cleared(ended));
}

static void
on_empty(DccRun *run, gpointer data)
{
    DccRunFollower *self = data;
    g_auto(Held) held = hold(self);

    /* What follows is decided when the pictures have been looked at. */
    if (self->render != NULL)
        dcc_render_watch_end(self->render,
                             dcc_run_get_end(run)->clean && !dcc_run_get_end(run)->requested);
    else
        self->handler->empty(self->data);
}

const DccRunListener dcc_run_follower_listener = {
    .started = on_started,
    .refused = on_refused,
    .ready = on_ready,
    .not_ready = on_not_ready,
    .agent = on_agent,
    .significant = on_significant,
    .progress = on_progress,
    .frame = on_frame,
    .health = on_health,
    .hung = on_hung,
    .awake = on_awake,
    .changed = on_changed,
    .step = on_step,
    .incomplete = on_incomplete,
    .rescued = on_rescued,
    .degraded = on_degraded,
    .exited = on_exited,
    .cleared = on_cleared,
    .empty = on_empty,
};
