/* How a supervisor begins: with a start, or where another session process has died.
 *
 * A start reserves everything first; what has not been found out by then (where copies are, their versions, what is in the
 * scene) is found out in threads, while the main loop goes on.
 *
 * A record is read with suspicion: it names processes only together with boot id and start time,
 * its paths are used only where they are ours. Whatever a damaged record says: what is alive is
 * neither declared ended nor started twice. */
#include "dcc-supervisor-private.h"

#include "dcc-error.h"
#include "dcc-events.h"
#include "dcc-json.h"
#include "dcc-safe-dir.h"
#include "dcc-shim-link.h"

#include <unistd.h>

/* How long a shim may take from its own start to that of the application. */
#define SHIM_PATIENCE_MS 5000
#define SHIM_PERIOD_MS   10

/* What a file server that answers takes to say what a run must know. */
#define AHEAD_PATIENCE_MS 1000

/* The shim ends what is left of it a little later: core/shim/program/dcc-shim-tie.c. */
#define TIE_BUDGET_MS 4200

#define SHORTAGE_DELAY_MS (2 * 60 * 1000) /* what the policy grants a machine that is short */

DccSupervisor *
dcc_supervisor_new(DccAdapter *adapter,
                   DccLaunchRequest *request,
                   const DccSupervisorHandler *handler,
                   gpointer data)
{
    DccSupervisor *self = g_rc_box_new0(DccSupervisor);

    self->handler = handler;
    self->data = data;
    self->adapter = g_object_ref(adapter);
    self->request = g_object_ref(request);
    self->settings = g_object_ref(dcc_launch_request_get_settings(request));
    self->clock = dcc_clock_new();
    self->policy = dcc_restart_policy_new(self->settings, g_random_int());
    self->recovery = dcc_recovery_new(self->settings);
    self->state = DCC_STATE_STOPPED;
    self->tie = dcc_tie_new();
    dcc_history_init(&self->history);
    return self;
}

/* It ends soon, also where a stop is under way that would take longer. */
static void
on_tie_lost(gint64 pid, gpointer data)
{
    DccSupervisor *self = data;
    g_autoptr(HeldSupervisor) held = dcc_supervisor_hold(self);
    g_autofree char *reason =
        g_strdup_printf("process %" G_GINT64_FORMAT ", which it is tied to, is gone", pid);

    dcc_intent_cancel(&self->intent, TIE_BUDGET_MS);
    if (self->state != DCC_STATE_STOPPING || self->run == NULL) {
        dcc_supervisor_go_down(self, reason);
        return;
    }
    if (self->intent.outside)
        dcc_run_note_outside(self->run);
    dcc_run_limit_stop(self->run, TIE_BUDGET_MS);
}

/* What had to make room for its files is told once there is somebody to tell. */
static gboolean
open_and_watch(DccSupervisor *self, const DccSessionRecord *record, GError **error)
{
    GPtrArray *moved = dcc_instance_dir_get_moved(self->dir);

    if (!dcc_supervisor_open(self, record, error))
        return FALSE;
    for (guint i = 0; i < moved->len; i++)
        dcc_event_log_degraded(self->log, g_ptr_array_index(moved, i));
    dcc_tie_watch(self->tie, self->clock, on_tie_lost, self);
    return TRUE;
}

/* The main process has ended, and the session died before it had dealt with that. */
static gboolean
is_end_state(DccState state)
{
    return state == DCC_STATE_CRASHED || state == DCC_STATE_STOPPED || state == DCC_STATE_FAILED;
}

static DccResult *
read_result(JsonObject *object)
{
    g_autofree char *text = object != NULL ? dcc_json_to_line(object) : NULL;

    return text != NULL ? dcc_result_from_json(text, NULL) : NULL;
}

static void
restore_history(DccSupervisor *self, const DccSessionRecord *record)
{
    g_autoptr(DccResult) result = read_result(record->result);

    if (result != NULL)
        dcc_history_note_result(&self->history, result);
    self->history.restart_count = (guint)CLAMP(record->restart_count, 0, G_MAXINT);
    self->history.has_run = record->has_run;
    for (guint i = 0; record->rescued != NULL && record->rescued[i] != NULL; i++)
        dcc_history_note_rescue(&self->history, record->rescued[i]);
    self->began_wall = record->began_wall;
    for (guint i = 0; record->tied_to != NULL && record->tied_to[i] != NULL; i++)
        dcc_tie_add(self->tie, record->tied_to[i]);
}

static void
restore_kept(DccSupervisor *self, JsonObject *status)
{
    JsonObject *kept = status != NULL ? dcc_json_get_object(status, "kept") : NULL;
    g_autofree char *path = kept != NULL ? dcc_json_get_bytes(kept, "path") : NULL;

    if (kept != NULL)
        dcc_recovery_restore_kept(self->recovery, dcc_json_get_string(kept, "kind", NULL), path);
}

static void
restore(DccSupervisor *self, const DccSessionRecord *record)
{
    self->installation = dcc_installation_new(
        record->executable != NULL ? record->executable : "/", record->app_version, "record");
    restore_history(self, record);
    dcc_intent_restore(&self->intent, record);
    dcc_recovery_restore(self->recovery, record->work_kind, record->work_path, record->last_scene);
    restore_kept(self, record->status);
    dcc_restart_policy_restore(self->policy, record->policy, dcc_clock_now(self->clock));
}

static void
tell_adopted(DccSupervisor *self)
{
    dcc_event_log_tell(self->log, dcc_event_adopted(getpid()));
}

/* Nothing runs, and nothing is on its way. */
static void
go_on_without_run(DccSupervisor *self, const char *temp_dir, DccState state, DccEvent event)
{
    const char *reason = "its session died before it was started";

    if (temp_dir != NULL && g_path_is_absolute(temp_dir) &&
        g_file_test(temp_dir, G_FILE_TEST_IS_DIR) && dcc_safe_dir_make(temp_dir, NULL))
        dcc_safe_dir_remove(temp_dir);
    self->state = state;
    tell_adopted(self);
    if (event != DCC_EVENT_DELAY_OVER) {
        dcc_supervisor_dispatch(self, event, reason);
        return;
    }
    dcc_supervisor_write_record(self);
    dcc_supervisor_begin_soon(self, event, reason);
}

/* What is left of the delay that the dead session had granted: clocks of one boot agree. No more
 * than any delay can be, whatever a damaged record claims. */
static gint64
get_delay_left_ms(DccSupervisor *self, const DccSessionRecord *record)
{
    gint64 now = dcc_clock_now(self->clock);
    gint64 longest = MAX(dcc_settings_get(self->settings, DCC_SETTING_BACKOFF_INITIAL),
                         dcc_settings_get(self->settings, DCC_SETTING_BACKOFF_MAX));

    if (record->delay_until <= now)
        return 0;
    return MIN((record->delay_until - now) / 1000,
               MIN(longest, G_MAXINT64 / 4) * 2 + SHORTAGE_DELAY_MS);
}

static void
go_on_waiting(DccSupervisor *self, const DccSessionRecord *record)
{
    gint64 left = get_delay_left_ms(self, record);

    if (left == 0) {
        go_on_without_run(self, record->temp_dir, DCC_STATE_RESTARTING, DCC_EVENT_DELAY_OVER);
        return;
    }
    self->state = DCC_STATE_RESTARTING;
    dcc_supervisor_arm_delay(self, left);
    tell_adopted(self);
    dcc_supervisor_write_record(self);
}

/* From where the run stood when its session died. What has happened since, its shim's link tells
 * from the main loop, when the adopter has had the chance to listen. */
static void
go_on_with_run(DccSupervisor *self, DccState state)
{
    DccShimRecord shim = {0};

    dcc_shim_record_read(dcc_instance_dir_get_dir(self->dir), &shim);
    self->state = state;
    dcc_supervisor_write_record(self);
    tell_adopted(self);
    if (is_end_state(state)) /* what was left of it the dead session was about to end */
        dcc_run_clear_tree(self->run, state == DCC_STATE_CRASHED);
    if (shim.exited || shim.lost || is_end_state(state))
        return;
    if (state == DCC_STATE_STOPPING)
        dcc_supervisor_stop_run(self);
    else if (state == DCC_STATE_STARTING)
        dcc_run_await_ready(self->run);
    else
        dcc_run_watch_health(self->run);
}

static gboolean
take_run(DccSupervisor *self, const DccSessionRecord *record, DccState state, GError **error)
{
    const DccLookAheadPlaces nowhere = {0};
    DccRunOrder order;

    self->ahead = dcc_look_ahead_begin(&nowhere, NULL, NULL);
    dcc_look_ahead_wait(self->ahead, AHEAD_PATIENCE_MS);
    order = dcc_supervisor_make_order(self, NULL);
    self->run = dcc_run_restore(
        &order, record, self->clock, &dcc_run_follower_listener, &self->follower, error);
    if (self->run == NULL)
        return FALSE;
    if (state == DCC_STATE_STOPPING)
        dcc_run_note_stop(self->run, dcc_supervisor_get_stop(self), self->intent.deadline_ms);
    if (!dcc_run_resume(self->run, is_end_state(state), error)) {
        dcc_run_release(self->run);
        g_clear_object(&self->run);
        return FALSE;
    }
    dcc_evidence_restore(self->evidence, record->bundle, is_end_state(state), FALSE);
    go_on_with_run(self, state);
    return TRUE;
}

/* -- A shim that is on its way -- */

typedef enum {
    SHIM_NONE,    /* and none comes */
    SHIM_COMES,   /* a process holds the name, and has not said what it did */
    SHIM_IS_HERE, /* it has started the application, or could not */
} ShimPresence;

/* Between a session's decision to start and the shim's word that it did there is a moment in which
 * nobody is on record: then the shim, if it is on its way, holds the name. */
static ShimPresence
look_for_shim(DccSupervisor *self)
{
    DccShimRecord shim = {0};
    gboolean alone = dcc_instance_dir_lock_name(self->dir, NULL);

    if (dcc_shim_record_read(dcc_instance_dir_get_dir(self->dir), &shim) &&
        (shim.spawned || shim.refused))
        return SHIM_IS_HERE;
    return alone ? SHIM_NONE : SHIM_COMES;
}

static gboolean
on_shim_awaited(gpointer data)
{
    DccSupervisor *self = data;
    g_autoptr(HeldSupervisor) held = dcc_supervisor_hold(self);
    g_autoptr(DccSessionRecord) record = dcc_session_record_read(self->dir, NULL);
    g_autoptr(GError) error = NULL;
    ShimPresence presence = look_for_shim(self);

    self->shim_timer = 0;
    if (presence == SHIM_COMES && dcc_clock_now(self->clock) < self->shim_patience_until) {
        self->shim_timer = dcc_clock_add(self->clock, SHIM_PERIOD_MS, on_shim_awaited, self);
        return G_SOURCE_REMOVE;
    }
    if (presence == SHIM_NONE || record == NULL)
        go_on_without_run(self,
                          record != NULL ? record->temp_dir : NULL,
                          DCC_STATE_RESTARTING,
                          DCC_EVENT_DELAY_OVER);
    else if (!take_run(self, record, DCC_STATE_STARTING, &error))
        dcc_supervisor_dispatch(self, DCC_EVENT_START_REFUSED, error->message);
    return G_SOURCE_REMOVE;
}

static void
await_shim(DccSupervisor *self)
{
    self->state = DCC_STATE_STARTING;
    self->shim_patience_until = dcc_clock_now(self->clock) + SHIM_PATIENCE_MS * 1000;
    self->shim_timer = dcc_clock_add(self->clock, SHIM_PERIOD_MS, on_shim_awaited, self);
}

/* -- Taking up -- */

/* Nothing is left to be ended or rescued: only the last word has not been said, or was not heard.
 */
static gboolean
has_concluded(DccSupervisor *self, const DccSessionRecord *record)
{
    DccShimRecord shim = {0};

    return record->incarnation == NULL ||
           !dcc_shim_record_read(dcc_instance_dir_get_dir(self->dir), &shim) || !shim.spawned ||
           shim.refused;
}

static gboolean
is_main_alive(DccSupervisor *self)
{
    DccShimRecord shim = {0};

    return dcc_shim_record_read(dcc_instance_dir_get_dir(self->dir), &shim) && shim.spawned &&
           !shim.exited && dcc_identity_is_alive(&shim.main);
}

static gboolean
take_up_start(DccSupervisor *self, const DccSessionRecord *record, GError **error)
{
    ShimPresence presence = record->incarnation != NULL ? look_for_shim(self) : SHIM_NONE;

    if (presence == SHIM_IS_HERE)
        return take_run(self, record, DCC_STATE_STARTING, error);
    if (presence == SHIM_COMES)
        await_shim(self);
    else
        go_on_without_run(self, record->temp_dir, DCC_STATE_RESTARTING, DCC_EVENT_DELAY_OVER);
    return TRUE;
}

gboolean
dcc_supervisor_take_up(DccSupervisor *self,
                       DccInstanceDir *dir,
                       const DccSessionRecord *record,
                       GError **error)
{
    g_autoptr(HeldSupervisor) held = dcc_supervisor_hold(self);
    DccState stored = record->state;

    self->dir = dir;
    restore(self, record);
    if ((is_end_state(stored) || stored == DCC_STATE_RESTARTING) && is_main_alive(self))
        stored = DCC_STATE_RUNNING;
    if (!open_and_watch(self, record, error))
        return FALSE;
    dcc_event_log_restore_degraded(self->log, (const char *const *)record->degraded);
    dcc_evidence_restore(self->evidence, record->bundle, FALSE, stored == DCC_STATE_RESTARTING);
    if (stored == DCC_STATE_RESTARTING) {
        go_on_waiting(self, record);
        return TRUE;
    }
    if (stored == DCC_STATE_STARTING)
        return take_up_start(self, record, error);
    if (is_end_state(stored) && has_concluded(self, record)) {
        go_on_without_run(self, record->temp_dir, stored, DCC_EVENT_RESTART_REFUSED);
        return TRUE;
    }
    return take_run(self, record, stored, error);
}

void
dcc_supervisor_know_work(DccSupervisor *self, JsonObject *last_status)
{
    JsonObject *work = dcc_json_get_object(last_status, "recovery");
    g_autofree char *path = work != NULL ? dcc_json_get_bytes(work, "path") : NULL;
    g_autofree char *scene = dcc_json_get_bytes(last_status, "scene");

    dcc_recovery_restore(
        self->recovery, work != NULL ? dcc_json_get_string(work, "kind", NULL) : NULL, path, scene);
    restore_kept(self, last_status);
}

/* -- A start -- */

/* All is known that the run needs to be begun with. */
static gboolean
begin(DccSupervisor *self, GError **error)
{
    DccInstallation *chosen = dcc_choice_make(self->choice, error);
    g_autoptr(GError) problem = NULL;
    gboolean shortage = FALSE;

    if (chosen == NULL)
        return FALSE;
    self->installation = g_object_ref(chosen);
    dcc_supervisor_write_request(self);
    dcc_supervisor_write_record(self);
    if (dcc_supervisor_begin_run(self, &shortage, &problem))
        return TRUE;
    if (!shortage) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return FALSE;
    }
    dcc_supervisor_dispatch(self, DCC_EVENT_SPAWN_REFUSED, problem->message);
    return TRUE;
}

static void
on_ready_to_begin(gpointer data)
{
    DccSupervisor *self = data;
    g_autoptr(HeldSupervisor) held = dcc_supervisor_hold(self);
    GError *error = NULL;

    if (self->phase == DCC_SUPERVISOR_OPEN && !begin(self, &error))
        dcc_supervisor_abandon(self, DCC_STATE_FAILED, error);
}

/* The copies have told what they tell, and the scene which version has saved it. */
static void
on_chosen(gpointer data)
{
    DccSupervisor *self = data;

    if (self->phase == DCC_SUPERVISOR_OPEN)
        self->ahead = dcc_supervisor_look_ahead(self, on_ready_to_begin, self);
}

/* Where all answers at once, so does the start. */
static gboolean
ask_and_begin(DccSupervisor *self, GError **error)
{
    if (dcc_choice_is_open(self->choice)) {
        dcc_supervisor_write_record(self);
        dcc_choice_close_async(self->choice, on_chosen, self);
        return TRUE;
    }
    self->ahead = dcc_supervisor_look_ahead(self, NULL, NULL);
    if (dcc_look_ahead_wait(self->ahead, AHEAD_PATIENCE_MS))
        return begin(self, error);
    dcc_supervisor_write_record(self);
    dcc_look_ahead_tell(self->ahead, on_ready_to_begin, self);
    return TRUE;
}

/* Nothing of the run before is left. */
static void
on_settled(gpointer data)
{
    DccSupervisor *self = data;
    g_autoptr(HeldSupervisor) held = dcc_supervisor_hold(self);
    GError *error = NULL;

    g_clear_pointer(&self->stale, dcc_stale_run_free);
    if (!open_and_watch(self, NULL, &error))
        dcc_supervisor_abandon(self, DCC_STATE_FAILED, error);
    else if (self->intent.wish == DCC_WISH_DOWN)
        dcc_supervisor_abandon(
            self,
            DCC_STATE_STOPPED,
            g_error_new(DCC_ERROR, DCC_ERROR_GONE, "stop was asked for before it was started"));
    else if (!ask_and_begin(self, &error))
        dcc_supervisor_abandon(self, DCC_STATE_FAILED, error);
}

static gboolean
start(DccSupervisor *self, DccStaleRun *stale, GError **error)
{
    self->began_wall = g_get_real_time();
    self->state = DCC_STATE_STARTING;
    if (stale == NULL)
        return open_and_watch(self, NULL, error) && ask_and_begin(self, error);
    self->phase = DCC_SUPERVISOR_SETTLING;
    self->stale = stale;
    dcc_stale_run_settle(stale, self->clock, on_settled, self);
    return TRUE;
}

gboolean
dcc_supervisor_start(
    DccSupervisor *self, DccChoice *choice, DccInstanceDir *dir, DccStaleRun *stale, GError **error)
{
    g_autoptr(HeldSupervisor) held = dcc_supervisor_hold(self);

    self->choice = choice;
    self->dir = dir;
    if (start(self, stale, error))
        return TRUE;
    self->phase = DCC_SUPERVISOR_OVER;
    self->state = DCC_STATE_FAILED;
    dcc_instance_dir_dissolve(self->dir);
    return FALSE;
}

/* A second one who asks does not make it look again at what does not answer. */
static void
begin_now(DccSupervisor *self)
{
    gboolean looks =
        self->delay_until == 0 && self->ahead != NULL && !dcc_look_ahead_is_done(self->ahead);

    dcc_supervisor_forget_delay(self);
    dcc_intent_go_up(&self->intent);
    if (!looks)
        dcc_supervisor_begin_soon(self, DCC_EVENT_RESTART, "restart was asked for");
}

/* -- What is asked of it from outside -- */

void
dcc_supervisor_stop(DccSupervisor *self, gint64 deadline_ms)
{
    g_autoptr(HeldSupervisor) held = dcc_supervisor_hold(self);

    if (deadline_ms <= 0)
        deadline_ms = dcc_settings_get(self->settings, DCC_SETTING_STOP_BUDGET);
    dcc_intent_stop(&self->intent, deadline_ms);
    dcc_supervisor_go_down(self, "stop was asked for");
}

void
dcc_supervisor_cancel(DccSupervisor *self, gint64 deadline_ms)
{
    g_autoptr(HeldSupervisor) held = dcc_supervisor_hold(self);

    if (deadline_ms <= 0)
        deadline_ms = dcc_settings_get(self->settings, DCC_SETTING_STOP_BUDGET);
    dcc_intent_cancel(&self->intent, deadline_ms);
    dcc_supervisor_go_down(self, "a signal from outside asked it to end");
}

void
dcc_supervisor_kill(DccSupervisor *self)
{
    g_autoptr(HeldSupervisor) held = dcc_supervisor_hold(self);

    dcc_intent_kill(&self->intent);
    dcc_supervisor_go_down(self, "kill was asked for");
}

void
dcc_supervisor_restart(DccSupervisor *self)
{
    g_autoptr(HeldSupervisor) held = dcc_supervisor_hold(self);

    if (!dcc_intent_restart(&self->intent))
        return;
    if (dcc_supervisor_is_choosing(self)) {
        dcc_intent_go_up(&self->intent); /* it is on its way */
    } else if (self->state == DCC_STATE_RESTARTING) {
        begin_now(self);
    } else if (self->state != DCC_STATE_STOPPING) {
        dcc_supervisor_dispatch(self, DCC_EVENT_STOP, "restart was asked for");
    }
}
