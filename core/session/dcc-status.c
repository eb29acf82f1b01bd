/* The status object and the end report; see the header. */
#include "dcc-status.h"

#include "dcc-enum-types.h"
#include "dcc-events.h"
#include "dcc-journal.h"
#include "dcc-json.h"

#include <unistd.h>

static void
set_object(JsonObject *object, const char *member, JsonObject *value)
{
    if (value != NULL)
        json_object_set_object_member(object, member, value);
    else
        json_object_set_null_member(object, member);
}

static JsonArray *
strings_to_array(GPtrArray *strings)
{
    JsonArray *array = json_array_new();

    for (guint i = 0; i < strings->len; i++) {
        g_autofree char *valid = g_utf8_make_valid(g_ptr_array_index(strings, i), -1);

        json_array_add_string_element(array, valid);
    }
    return array;
}

static JsonObject *
make_health(DccRun *run)
{
    JsonObject *object = json_object_new();
    gint64 age = -1;
    DccProbeReply *last = run != NULL ? dcc_run_get_last_probe(run, &age) : NULL;
    DccHealth health = run != NULL ? dcc_run_get_health(run) : DCC_HEALTH_UNKNOWN;

    json_object_set_string_member(object, "state", dcc_enum_to_nick(DCC_TYPE_HEALTH, health));
    json_object_set_int_member(object,
                               "main_thread_age_ms",
                               last != NULL ? dcc_probe_reply_get_main_thread_age(last) : -1);
    dcc_object_set_bytes(object, "busy", last != NULL ? dcc_probe_reply_get_busy(last) : NULL);
    json_object_set_int_member(object, "age_ms", age);
    dcc_object_set_bytes(object, "report", run != NULL ? dcc_run_get_hang_report(run) : NULL);
    return object;
}

static JsonObject *
make_progress(DccRun *run)
{
    DccProgress *progress = run != NULL ? dcc_run_get_progress(run) : NULL;
    int frame = 0;

    return progress != NULL && dcc_progress_get_frame(progress, &frame)
               ? dcc_object_from_progress(progress)
               : NULL;
}

static JsonObject *
make_work(DccRescueFile *work)
{
    JsonObject *object;

    if (work == NULL)
        return NULL;
    object = json_object_new();
    json_object_set_string_member(
        object, "kind", dcc_enum_to_nick(DCC_TYPE_RESCUE_KIND, dcc_rescue_file_get_kind(work)));
    dcc_object_set_bytes(object, "path", dcc_rescue_file_get_path(work));
    return object;
}

/* What runs: a plan may start another program than the installation's own. */
static const char *
get_executable(const DccStatusFacts *facts)
{
    DccLaunchPlan *plan = facts->run != NULL ? dcc_run_get_setup(facts->run)->plan : NULL;

    if (plan != NULL)
        return dcc_launch_plan_get_argv(plan)[0];
    return facts->installation != NULL ? dcc_installation_get_executable(facts->installation)
                                       : NULL;
}

static void
set_run(JsonObject *status, const DccStatusFacts *facts)
{
    DccRun *run = facts->run;
    const DccRunSetup *setup = run != NULL ? dcc_run_get_setup(run) : NULL;
    gboolean alive = run != NULL && dcc_run_is_alive(run);
    g_autofree char *started = run != NULL ? dcc_journal_time(dcc_run_get_began_wall(run)) : NULL;
    DccLaunchRequest *request = setup != NULL ? setup->request : facts->request;

    json_object_set_boolean_member(status, "ready", run != NULL && dcc_run_is_ready(run));
    dcc_object_set_pid(status, "pid", alive ? dcc_run_get_pid(run) : 0);
    dcc_object_set_pid(status, "shim_pid", run != NULL ? dcc_run_get_shim_pid(run) : 0);
    dcc_object_set_seconds(status, "uptime_s", alive ? dcc_run_get_uptime_ms(run) : 0);
    dcc_object_set_bytes(status, "started", started);
    dcc_object_set_bytes(status, "incarnation", setup != NULL ? setup->incarnation : NULL);
    dcc_object_set_bytes(status, "scene", run != NULL ? dcc_run_get_scene(run) : facts->last_scene);
    json_object_set_boolean_member(status, "safe", dcc_launch_request_is_safe(request));
    dcc_object_set_bytes(status, "recovered", setup != NULL ? setup->recovered : NULL);
    json_object_set_boolean_member(status, "owned", run == NULL || dcc_run_is_owned(run));
    json_object_set_boolean_member(status, "paused", run != NULL && dcc_run_is_paused(run));
    json_object_set_object_member(status, "health", make_health(run));
    set_object(status, "progress", make_progress(run));
}

JsonObject *
dcc_status_make(const DccStatusFacts *facts)
{
    JsonObject *status = json_object_new();
    DccLaunchRequest *request = facts->request;
    const char *version =
        facts->installation != NULL ? dcc_installation_get_version(facts->installation) : NULL;

    dcc_object_set_bytes(status, "name", dcc_launch_request_get_name(request));
    dcc_object_set_bytes(status, "app", dcc_launch_request_get_app(request));
    dcc_object_set_bytes(status, "version", version);
    dcc_object_set_bytes(status, "state", dcc_enum_to_nick(DCC_TYPE_STATE, facts->state));
    set_run(status, facts);
    dcc_object_set_pid(status, "session_pid", getpid());
    json_object_set_int_member(status, "restart_count", facts->restart_count);
    dcc_object_set_bytes(status, "executable", get_executable(facts));
    json_object_set_boolean_member(status, "headless", dcc_launch_request_is_headless(request));
    dcc_object_set_bytes(status, "launched_by", dcc_launch_request_get_launched_by(request));
    json_object_set_boolean_member(status, "attended", facts->attended);
    json_object_set_array_member(status, "degraded", strings_to_array(facts->degraded));
    set_object(
        status, "result", facts->result != NULL ? dcc_object_from_result(facts->result) : NULL);
    dcc_object_set_known(status, "restart_in_ms", facts->restart_in_ms);
    json_object_set_array_member(status, "rescue", strings_to_array(facts->rescued));
    set_object(status, "recovery", make_work(facts->work));
    set_object(status, "kept", make_work(facts->kept));
    set_object(status, "render", facts->render != NULL ? json_object_ref(facts->render) : NULL);
    dcc_object_set_bytes(status, "bundle", facts->bundle);
    dcc_object_set_bytes(status, "log_path", facts->log_path);
    return status;
}

JsonObject *
dcc_status_make_end_report(const DccStatusFacts *facts)
{
    JsonObject *object = json_object_new();
    const DccStopReport *report = facts->report;

    dcc_object_set_bytes(object, "state", dcc_enum_to_nick(DCC_TYPE_STATE, facts->state));
    set_object(
        object, "result", facts->result != NULL ? dcc_object_from_result(facts->result) : NULL);
    dcc_object_set_bytes(object, "saved", report->saved != NULL ? report->saved : "skipped");
    dcc_object_set_bytes(object, "copy", report->copy);
    json_object_set_array_member(object, "rescue", strings_to_array(facts->rescued));
    json_object_set_array_member(object, "steps", json_array_ref(report->steps));
    json_object_set_array_member(object, "left", json_array_ref(report->left));
    json_object_set_array_member(object, "ended", json_array_ref(report->ended));
    return object;
}

void
dcc_stop_report_begin(DccStopReport *self)
{
    dcc_stop_report_clear(self);
    self->steps = json_array_new();
    self->left = json_array_new();
    self->ended = json_array_new();
}

void
dcc_stop_report_add_step(
    DccStopReport *self, const char *step, const char *outcome, gint64 ms, const char *detail)
{
    JsonObject *kept = json_object_new();

    json_object_set_string_member(kept, "step", step);
    json_object_set_string_member(kept, "outcome", outcome);
    json_object_set_int_member(kept, "ms", ms);
    json_array_add_object_element(self->steps, kept);
    if (!g_str_equal(step, "save"))
        return;
    g_free(self->saved);
    self->saved = g_strdup(outcome);
    if (!g_str_equal(outcome, "saved") || detail == NULL)
        return;
    g_free(self->copy);
    self->copy = g_strdup(detail);
}

void
dcc_stop_report_add_left(DccStopReport *self, const char *const *lines)
{
    for (guint i = 0; lines != NULL && lines[i] != NULL; i++)
        json_array_add_string_element(self->left, lines[i]);
}

void
dcc_stop_report_set_ended(DccStopReport *self, const char *const *lines)
{
    json_array_unref(self->ended);
    self->ended = json_array_new();
    for (guint i = 0; lines != NULL && lines[i] != NULL; i++)
        json_array_add_string_element(self->ended, lines[i]);
}

void
dcc_stop_report_clear(DccStopReport *self)
{
    g_clear_pointer(&self->steps, json_array_unref);
    g_clear_pointer(&self->left, json_array_unref);
    g_clear_pointer(&self->ended, json_array_unref);
    g_clear_pointer(&self->saved, g_free);
    g_clear_pointer(&self->copy, g_free);
}
