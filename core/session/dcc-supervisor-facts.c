/* What is known of an instance: its status, its record, what may be asked of it, and the answers of
 * its control socket. Reads, and writes down what others say. */
#include "dcc-supervisor-private.h"

#include "dcc-enum-types.h"
#include "dcc-error.h"
#include "dcc-events.h"
#include "dcc-json.h"
#include "dcc-last-record.h"
#include "dcc-request-json.h"
#include "dcc-task-news.h"
#include "dcc-tree.h"

static DccStatusFacts
make_facts(DccSupervisor *self, JsonObject *render)
{
    DccGoOn go_on = self->intent.next.go_on == DCC_GO_ON_ASKED ? DCC_GO_ON_ASKED : DCC_GO_ON_NEWEST;

    return (DccStatusFacts){
        .request = self->request,
        .installation = self->installation,
        .run = self->run,
        .state = self->state,
        .result = self->history.result,
        .restart_count = self->history.restart_count,
        .attended = self->phase <= DCC_SUPERVISOR_OPEN,
        .restart_in_ms = self->delay_until != 0
                             ? MAX(0, (self->delay_until - dcc_clock_now(self->clock)) / 1000)
                             : -1,
        .last_scene = dcc_recovery_get_last_scene(self->recovery),
        .bundle = self->evidence != NULL ? dcc_evidence_get_bundle(self->evidence) : NULL,
        .log_path = self->log_path,
        .rescued = self->history.rescued,
        .degraded = dcc_event_log_get_degraded(self->log),
        .work = dcc_recovery_choose(self->recovery, go_on),
        .kept = dcc_recovery_get_kept(self->recovery),
        .render = render,
        .report = &self->history.report,
    };
}

void
dcc_supervisor_note(DccSupervisor *self, const char *client, const char *what)
{
    if (self->phase == DCC_SUPERVISOR_OPEN && self->log != NULL)
        dcc_event_log_tell(self->log, dcc_event_note(client, what));
}

/* (transfer full): told, and given back. */
static JsonObject *
tell(DccSupervisor *self, JsonObject *event, GError **error)
{
    if (event == NULL)
        return NULL;
    if (self->phase != DCC_SUPERVISOR_OPEN || self->log == NULL) {
        json_object_unref(event);
        g_set_error(error, DCC_ERROR, DCC_ERROR_GONE, "the instance is over");
        return NULL;
    }
    dcc_event_log_tell(self->log, json_object_ref(event));
    return event;
}

JsonObject *
dcc_supervisor_tell_frame(DccSupervisor *self, JsonObject *params, GError **error)
{
    gint64 pid = dcc_supervisor_get_pid(self);

    return tell(
        self, dcc_task_news_read_frame(params, pid > 0 ? dcc_tree_peak(pid) : -1, error), error);
}

JsonObject *
dcc_supervisor_tell_rendered(DccSupervisor *self, JsonObject *params, GError **error)
{
    JsonObject *task = dcc_task_news_read_rendered(params, error);

    if (task == NULL)
        return NULL;
    g_clear_pointer(&self->task, json_object_unref);
    self->task = task;
    return tell(self, dcc_event_rendered(dcc_task_news_read_rendered(params, NULL)), error);
}

/* (transfer full): of a render of its own, or of the last one that a client did here. */
static JsonObject *
make_render_status(DccSupervisor *self)
{
    if (self->follower.render != NULL)
        return dcc_render_watch_make_status(self->follower.render);
    return self->task != NULL ? json_object_ref(self->task) : NULL;
}

JsonObject *
dcc_supervisor_make_status(DccSupervisor *self)
{
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    g_autoptr(JsonObject) render = make_render_status(self);
    DccStatusFacts facts;

    if (self->log != NULL) {
        facts = make_facts(self, render);
        return dcc_status_make(&facts);
    }
    /* Not started yet. */
    facts = (DccStatusFacts){.request = self->request,
                             .state = self->state,
                             .restart_in_ms = -1,
                             .rescued = none,
                             .degraded = none,
                             .work = dcc_recovery_choose(self->recovery, DCC_GO_ON_NEWEST),
                             .kept = dcc_recovery_get_kept(self->recovery)};
    return dcc_status_make(&facts);
}

gboolean
dcc_supervisor_is_choosing(DccSupervisor *self)
{
    return self->choice != NULL && self->installation == NULL;
}

static char **
list_strings(GPtrArray *strings)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

    for (guint i = 0; i < strings->len; i++)
        g_strv_builder_add(builder, g_ptr_array_index(strings, i));
    return g_strv_builder_end(builder);
}

static void
set_work(DccSupervisor *self, DccSessionRecord *record)
{
    DccRescueFile *work = dcc_recovery_get_work(self->recovery);

    record->last_scene = g_strdup(dcc_recovery_get_last_scene(self->recovery));
    if (work == NULL)
        return;
    record->work_kind =
        g_strdup(dcc_enum_to_nick(DCC_TYPE_RESCUE_KIND, dcc_rescue_file_get_kind(work)));
    record->work_path = g_strdup(dcc_rescue_file_get_path(work));
}

static void
set_installation(DccSupervisor *self, DccSessionRecord *record)
{
    if (self->installation == NULL)
        return;
    record->app_version = g_strdup(dcc_installation_get_version(self->installation));
    record->executable = g_strdup(dcc_installation_get_executable(self->installation));
}

static DccSessionRecord *
make_record(DccSupervisor *self)
{
    DccSessionRecord *record = dcc_session_record_new();

    record->state = self->state;
    g_free(record->wish);
    record->wish = g_strdup(dcc_wish_to_nick(self->intent.wish));
    record->request = dcc_request_to_json(self->request);
    record->status = dcc_supervisor_make_status(self);
    record->restart_count = self->history.restart_count;
    record->has_run = self->history.has_run;
    record->policy = dcc_restart_policy_save(self->policy, dcc_clock_now(self->clock));
    record->began_wall = self->began_wall;
    record->stop_deadline_ms = self->intent.deadline_ms;
    record->outside = self->intent.outside;
    record->kill_wanted = self->intent.how == DCC_RUN_STOP_KILL;
    record->delay_until = self->delay_until;
    record->result =
        self->history.result != NULL ? dcc_object_from_result(self->history.result) : NULL;
    record->bundle = g_strdup(dcc_evidence_get_bundle(self->evidence));
    record->rescued = list_strings(self->history.rescued);
    record->degraded = list_strings(dcc_event_log_get_degraded(self->log));
    record->next_cause = g_strdup(self->intent.how == DCC_RUN_STOP_HANG ? "hang" : NULL);
    record->next_safe = self->intent.next.safe;
    record->next_recover = self->intent.next.go_on != DCC_GO_ON_NOT;
    record->next_asked = self->intent.next.go_on == DCC_GO_ON_ASKED;
    record->tied_to = g_strdupv((char **)dcc_tie_get_names(self->tie));
    if (self->follower.render != NULL)
        dcc_render_watch_save(self->follower.render, record);
    set_installation(self, record);
    set_work(self, record);
    if (self->run != NULL)
        dcc_run_save(self->run, record);
    return record;
}

void
dcc_supervisor_write_record(DccSupervisor *self)
{
    g_autoptr(DccSessionRecord) record = NULL;

    /* What lies there now is another instance's; that ours is lost was told. */
    if (!dcc_instance_dir_is_held(self->dir))
        return;
    record = make_record(self);
    if (!dcc_session_record_write(self->dir, record, NULL))
        dcc_event_log_degraded(self->log,
                               "the record cannot be written; another session could not take over");
}

/* Nothing was asked for: it was not ready in time, or is not what was asked for. */
DccRunStop
dcc_supervisor_get_stop(DccSupervisor *self)
{
    return self->intent.how != DCC_RUN_STOP_NOT ? self->intent.how : DCC_RUN_STOP_FAILED;
}

/* A client that finds nobody reads the last word from disk: so it has arrived there, or a disk that
 * takes nothing has been waited for long enough. */
gboolean
dcc_supervisor_is_told(gpointer supervisor)
{
    DccSupervisor *self = supervisor;

    return dcc_journal_flush(dcc_event_log_get_journal(self->log), 0) &&
           self->handler->is_heard(self->data);
}

DccLastRecord *
dcc_supervisor_make_last(DccSupervisor *self)
{
    g_autoptr(JsonObject) status = dcc_supervisor_make_status(self);
    g_autoptr(JsonObject) request = dcc_request_to_json(self->request);

    return dcc_last_record_new(status, request);
}

DccLaunchRequest *
dcc_supervisor_get_request(DccSupervisor *self)
{
    return self->request;
}

DccState
dcc_supervisor_get_state(DccSupervisor *self)
{
    return self->state;
}

gint64
dcc_supervisor_get_pid(DccSupervisor *self)
{
    return self->run != NULL && dcc_run_is_alive(self->run) ? dcc_run_get_pid(self->run) : 0;
}

guint
dcc_supervisor_get_restart_count(DccSupervisor *self)
{
    return self->history.restart_count;
}

gboolean
dcc_supervisor_is_open(DccSupervisor *self)
{
    return self->phase != DCC_SUPERVISOR_NEW;
}

gboolean
dcc_supervisor_is_over(DccSupervisor *self)
{
    return self->phase == DCC_SUPERVISOR_OVER;
}

DccResult *
dcc_supervisor_get_result(DccSupervisor *self)
{
    return self->history.result;
}

const GError *
dcc_supervisor_get_refusal(DccSupervisor *self)
{
    return self->refusal;
}

const char *
dcc_supervisor_get_explanation(DccSupervisor *self)
{
    return self->choice != NULL ? dcc_choice_get_explanation(self->choice) : NULL;
}

DccRunOrder
dcc_supervisor_make_order(DccSupervisor *self, DccRenderJob *render)
{
    gboolean goes_on = self->intent.next.go_on != DCC_GO_ON_NOT;

    return (DccRunOrder){
        .adapter = self->adapter,
        .installation = self->installation,
        .request = self->request,
        .dir = self->dir,
        .log_path = self->log_path,
        .rescue_dir = self->rescue_dir,
        .next = self->intent.next,
        .work = dcc_recovery_choose(self->recovery, self->intent.next.go_on),
        .scene = goes_on ? dcc_recovery_get_scene(self->recovery) : NULL,
        .render = render,
        .licence_lines = self->ahead != NULL ? dcc_look_ahead_get_licence_lines(self->ahead) : NULL,
    };
}

void
dcc_supervisor_write_request(DccSupervisor *self)
{
    g_autoptr(JsonObject) object = dcc_request_to_json(self->request);

    g_autofree char *path = dcc_instance_dir_get_state_file(self->dir, DCC_INSTANCE_DIR_REQUEST);

    dcc_store_writer_push_json(
        dcc_instance_dir_get_writer(self->dir), "the request that 'restart' goes by", path, object);
}

DccLookAhead *
dcc_supervisor_look_ahead(DccSupervisor *self, DccLookAheadFunc func, gpointer data)
{
    DccRescueFile *work = dcc_recovery_get_kept(self->recovery);
    const DccLookAheadPlaces places = {
        .scene = dcc_launch_request_get_scene(self->request),
        .cwd = dcc_launch_request_get_cwd(self->request),
        .work = work != NULL ? dcc_rescue_file_get_path(work) : NULL,
        .program =
            self->installation != NULL ? dcc_installation_get_executable(self->installation) : NULL,
    };

    return dcc_look_ahead_begin(&places, func, data);
}

/* What another run would not find: asked before the one that is well is stopped for it. Work that is
 * kept does without its scene. */
static gboolean
has_what_it_needs(DccSupervisor *self, gboolean recover, DccLookAhead *ahead, GError **error)
{
    const char *name = dcc_launch_request_get_name(self->request);

    if (!dcc_look_ahead_has_scene(ahead) &&
        !(recover && dcc_recovery_get_kept(self->recovery) != NULL)) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_SCENE,
                    "the scene %s is not there any more; '%s' goes on as it is",
                    dcc_launch_request_get_scene(self->request),
                    name);
        return FALSE;
    }
    if (!dcc_look_ahead_has_cwd(ahead)) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_INVALID,
                    "its directory %s is not there any more; '%s' goes on as it is",
                    dcc_launch_request_get_cwd(self->request),
                    name);
        return FALSE;
    }
    return TRUE;
}

gboolean
dcc_supervisor_may_restart(DccSupervisor *self,
                           gboolean recover,
                           DccLookAhead *ahead,
                           GError **error)
{
    const char *name = dcc_launch_request_get_name(self->request);

    if (dcc_wish_after(self->intent.wish, DCC_ASK_RESTART) == DCC_WISH_DOWN ||
        self->phase > DCC_SUPERVISOR_OPEN) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_BUSY,
                    "'%s' is being stopped; 'dcchost restart %s' starts it again when that is done",
                    name,
                    name);
        return FALSE;
    }
    return ahead == NULL || has_what_it_needs(self, recover, ahead, error);
}

gboolean
dcc_supervisor_recover(DccSupervisor *self, GError **error)
{
    const char *name = dcc_launch_request_get_name(self->request);

    if (dcc_recovery_get_kept(self->recovery) != NULL) {
        dcc_intent_recover(&self->intent);
        return TRUE;
    }
    g_set_error(
        error,
        DCC_ERROR,
        DCC_ERROR_NOT_FOUND,
        "there is no unsaved work of '%s' to go on from; 'dcchost why %s' tells what was kept",
        name,
        name);
    return FALSE;
}

JsonObject *
dcc_supervisor_make_end_report(DccSupervisor *self)
{
    DccStatusFacts facts = make_facts(self, NULL);

    return dcc_status_make_end_report(&facts);
}

DccJournal *
dcc_supervisor_get_journal(DccSupervisor *self)
{
    return dcc_event_log_get_journal(self->log);
}

DccTie *
dcc_supervisor_get_tie(DccSupervisor *self)
{
    return self->tie;
}

DccRun *
dcc_supervisor_get_run(DccSupervisor *self)
{
    return self->run;
}
