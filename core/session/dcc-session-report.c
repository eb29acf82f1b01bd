/* What a session says of itself: events, status, record. Field names are those of docs/protocol.md.
 */
#include "dcc-session-private.h"

#include "dcc-enum-types.h"
#include "dcc-error.h"
#include "dcc-json.h"
#include "dcc-request-json.h"

#include <unistd.h>

JsonObject *
dcc_session_event(const char *type)
{
    JsonObject *event = json_object_new();

    json_object_set_string_member(event, "type", type);
    return event;
}

static gboolean
is_transient(JsonObject *event)
{
    const char *type = dcc_json_get_string(event, "type", "");

    return g_str_equal(type, "progress") || g_str_equal(type, "health");
}

void
dcc_session_tell(DccSession *self, JsonObject *event)
{
    gboolean kept = dcc_journal_add(self->journal, event, is_transient(event));
    g_autofree char *text = dcc_json_to_line(event);

    if (self->control != NULL)
        dcc_control_tell(self->control, event);
    g_signal_emit_by_name(self, "event", text);
    json_object_unref(event);
    if (!kept)
        dcc_session_tell_degraded(self, "the journal of events cannot be written");
}

/* Each trouble is told once: a full disk would else tell of itself for ever. */
void
dcc_session_tell_degraded(DccSession *self, const char *what)
{
    JsonObject *event;

    if (g_ptr_array_find_with_equal_func(self->degraded, what, g_str_equal, NULL))
        return;
    g_ptr_array_add(self->degraded, g_strdup(what));
    event = dcc_session_event("degraded");
    json_object_set_string_member(event, "what", what);
    dcc_session_tell(self, event);
}

JsonObject *
dcc_session_result_to_object(DccResult *result)
{
    g_autofree char *text = dcc_result_to_json(result);

    return dcc_json_from_text(text, -1, NULL);
}

static void
set_string(JsonObject *object, const char *member, const char *value)
{
    if (value != NULL && g_utf8_validate(value, -1, NULL))
        json_object_set_string_member(object, member, value);
    else if (value != NULL)
        dcc_json_set_bytes(object, member, value);
    else
        json_object_set_null_member(object, member);
}

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
make_health(DccSession *self)
{
    JsonObject *object = json_object_new();
    DccLife *life = self->life;
    gint64 age = -1;
    DccProbeReply *last =
        life != NULL && life->health != NULL ? dcc_health_watch_get_last(life->health, &age) : NULL;
    DccHealth health = life != NULL && life->health != NULL
                           ? dcc_health_watch_get_health(life->health)
                           : DCC_HEALTH_UNKNOWN;

    json_object_set_string_member(object, "state", dcc_enum_to_nick(DCC_TYPE_HEALTH, health));
    json_object_set_int_member(object,
                               "main_thread_age_ms",
                               last != NULL ? dcc_probe_reply_get_main_thread_age(last) : -1);
    set_string(object, "busy", last != NULL ? dcc_probe_reply_get_busy(last) : NULL);
    json_object_set_int_member(object, "age_ms", age);
    set_string(object, "report", life != NULL ? life->hang_report : NULL);
    return object;
}

static void
set_progress(DccSession *self, JsonObject *status)
{
    DccProgress *progress = self->life != NULL ? self->life->progress : NULL;
    JsonObject *object;
    int frame = 0;

    if (progress == NULL || !dcc_progress_get_frame(progress, &frame)) {
        json_object_set_null_member(status, "progress");
        return;
    }
    object = json_object_new();
    json_object_set_double_member(object, "percent", dcc_progress_get_percent(progress));
    json_object_set_int_member(object, "frame", frame);
    json_object_set_int_member(object, "saved", dcc_progress_get_saved(progress));
    json_object_set_int_member(object, "remaining_ms", dcc_progress_get_remaining(progress));
    json_object_set_object_member(status, "progress", object);
}

static void
set_life(DccSession *self, JsonObject *status)
{
    DccLife *life = self->life;
    gboolean alive = life != NULL && life->pid > 0 && !life->exited;
    g_autofree char *started = life != NULL ? dcc_journal_time(life->began_wall) : NULL;

    json_object_set_int_member(status, "pid", alive ? life->pid : -1);
    json_object_set_int_member(
        status,
        "shim_pid",
        life != NULL && life->shim != NULL ? dcc_shim_link_get_pid(life->shim) : -1);
    json_object_set_double_member(
        status,
        "uptime_s",
        alive ? (double)(g_get_real_time() - life->began_wall) / G_USEC_PER_SEC : 0);
    set_string(status, "started", started);
    set_string(status, "incarnation", life != NULL ? life->incarnation : NULL);
    set_string(status, "scene", life != NULL ? life->scene : self->last_scene);
    json_object_set_boolean_member(
        status, "safe", dcc_launch_request_is_safe(life != NULL ? life->request : self->request));
    set_string(status, "recovered", life != NULL ? life->recovered : NULL);
    json_object_set_boolean_member(
        status, "owned", life == NULL || life->shim == NULL || dcc_shim_link_is_owned(life->shim));
    json_object_set_boolean_member(status, "paused", life != NULL && life->paused);
}

static gboolean
is_ready(DccSession *self)
{
    return self->life != NULL && self->life->ready && !self->life->exited;
}

JsonObject *
dcc_session_make_status(DccSession *self)
{
    JsonObject *status = json_object_new();

    set_string(status, "name", dcc_session_get_name(self));
    set_string(status, "app", dcc_session_get_app(self));
    set_string(status, "version", self->version);
    set_string(status, "state", dcc_enum_to_nick(DCC_TYPE_STATE, self->state));
    json_object_set_boolean_member(status, "ready", is_ready(self));
    set_life(self, status);
    json_object_set_int_member(status, "session_pid", getpid());
    json_object_set_int_member(status, "restart_count", self->restart_count);
    set_string(status,
               "executable",
               self->installation != NULL ? dcc_installation_get_executable(self->installation)
                                          : NULL);
    json_object_set_boolean_member(
        status, "headless", dcc_launch_request_is_headless(self->request));
    json_object_set_boolean_member(status, "attended", !self->over);
    json_object_set_array_member(status, "degraded", strings_to_array(self->degraded));
    json_object_set_object_member(status, "health", make_health(self));
    set_progress(self, status);
    if (self->result != NULL)
        json_object_set_object_member(status, "result", dcc_session_result_to_object(self->result));
    else
        json_object_set_null_member(status, "result");
    if (self->delay_timer != 0)
        json_object_set_int_member(status,
                                   "restart_in_ms",
                                   MAX(0, (self->delay_until - dcc_clock_now(self->clock)) / 1000));
    else
        json_object_set_null_member(status, "restart_in_ms");
    json_object_set_array_member(status, "rescue", strings_to_array(self->rescued));
    set_string(status, "bundle", self->bundle);
    set_object(status, "recovery", dcc_session_work_to_object(self));
    set_string(status, "log_path", self->log_path);
    return status;
}

JsonObject *
dcc_session_make_end_report(DccSession *self)
{
    JsonObject *report = json_object_new();

    set_string(report, "state", dcc_enum_to_nick(DCC_TYPE_STATE, self->state));
    if (self->result != NULL)
        json_object_set_object_member(report, "result", dcc_session_result_to_object(self->result));
    else
        json_object_set_null_member(report, "result");
    set_string(report, "saved", self->saved != NULL ? self->saved : "skipped");
    set_string(report, "copy", self->copy);
    json_object_set_array_member(report, "rescue", strings_to_array(self->rescued));
    json_object_set_array_member(report, "steps", json_array_ref(self->steps));
    json_object_set_array_member(report, "left", json_array_ref(self->left));
    return report;
}

void
dcc_session_report_rescue(DccSession *self, DccRescueKind kind, const char *path)
{
    JsonObject *event = dcc_session_event("rescue");

    g_ptr_array_add(self->rescued, g_strdup(path));
    json_object_set_string_member(event, "kind", dcc_enum_to_nick(DCC_TYPE_RESCUE_KIND, kind));
    set_string(event, "path", path);
    dcc_session_tell(self, event);
    dcc_session_note_file(self, kind, path);
    dcc_session_consider_work(self, kind, path);
}

void
dcc_session_report_step(
    DccSession *self, const char *step, const char *outcome, gint64 ms, const char *detail)
{
    JsonObject *event = dcc_session_event("step");
    JsonObject *kept = json_object_new();

    json_object_set_string_member(kept, "step", step);
    json_object_set_string_member(kept, "outcome", outcome);
    json_object_set_int_member(kept, "ms", ms);
    json_array_add_object_element(self->steps, kept);
    json_object_set_string_member(event, "step", step);
    json_object_set_string_member(event, "outcome", outcome);
    json_object_set_int_member(event, "ms", ms);
    if (detail != NULL)
        set_string(event, "detail", detail);
    dcc_session_tell(self, event);
    if (!g_str_equal(step, "save"))
        return;
    g_free(self->saved);
    self->saved = g_strdup(outcome);
    if (!g_str_equal(outcome, "saved") || detail == NULL)
        return;
    g_free(self->copy);
    self->copy = g_strdup(detail);
    dcc_session_report_rescue(self, DCC_RESCUE_COPY, detail);
}

/* What the next session needs, should this one die. It is read with suspicion, so it may be plain.
 */
static JsonObject *
make_record(DccSession *self)
{
    JsonObject *record = json_object_new();
    DccLife *life = self->life;
    g_autofree char *policy = dcc_restart_policy_save(self->policy, dcc_clock_now(self->clock));

    json_object_set_int_member(record, "record_version", DCC_RECORD_VERSION);
    json_object_set_string_member(record, "boot_id", dcc_boot_id());
    json_object_set_object_member(record, "status", dcc_session_make_status(self));
    json_object_set_object_member(record, "request", dcc_request_to_json(self->request));
    set_string(record, "policy", policy);
    json_object_set_int_member(record, "began_wall", self->began_wall);
    json_object_set_boolean_member(record, "wanted_restart", self->wanted_restart);
    json_object_set_boolean_member(record, "kill_wanted", self->kill_wanted);
    json_object_set_boolean_member(record, "safe_wanted", self->safe_wanted);
    json_object_set_boolean_member(record, "hang_restart", self->hang_restart);
    json_object_set_boolean_member(record, "recover_wanted", self->recover_wanted);
    json_object_set_boolean_member(record, "recover_asked", self->recover_asked);
    set_string(record, "last_scene", self->last_scene);
    json_object_set_int_member(record, "stop_deadline_ms", self->stop_deadline_ms);
    json_object_set_boolean_member(record, "lived", self->lived);
    if (self->delay_timer != 0)
        json_object_set_int_member(record, "delay_until", self->delay_until);
    if (life == NULL)
        return record;
    set_string(record, "token", life->token);
    set_string(record, "private_dir", life->private_dir);
    set_string(record, "temp_dir", life->temp_dir);
    json_object_set_int_member(record, "life_began_wall", life->began_wall);
    json_object_set_int_member(record, "log_start", life->log_start);
    json_object_set_boolean_member(record, "counted", life->counted);
    json_object_set_boolean_member(record, "ready", life->ready);
    if (life->failure != NULL)
        json_object_set_object_member(
            record, "failure", dcc_session_result_to_object(life->failure));
    json_object_set_boolean_member(record, "requested", life->requested);
    return record;
}

void
dcc_session_write_record(DccSession *self)
{
    g_autoptr(JsonObject) record = make_record(self);
    g_autofree char *path = dcc_instance_dir_get_path(self->instance_dir, DCC_INSTANCE_DIR_RECORD);
    g_autoptr(GError) error = NULL;

    if (!dcc_instance_dir_is_held(self->instance_dir))
        dcc_session_tell_degraded(self, "the runtime directory was removed; nobody can reach this");
    else if (!dcc_instance_dir_write_json(path, record, &error))
        dcc_session_tell_degraded(
            self, "the record cannot be written; another session could not take over");
}

/* What `status` and `restart` of an ended instance go by. */
void
dcc_session_write_last(DccSession *self)
{
    g_autoptr(JsonObject) last = json_object_new();
    g_autofree char *path =
        dcc_instance_dir_get_state_file(self->instance_dir, DCC_INSTANCE_DIR_LAST);

    json_object_set_int_member(last, "record_version", DCC_RECORD_VERSION);
    json_object_set_object_member(last, "status", dcc_session_make_status(self));
    json_object_set_object_member(last, "request", dcc_request_to_json(self->request));
    if (!dcc_instance_dir_write_json(path, last, NULL))
        dcc_session_tell_degraded(self, "the last state cannot be written");
}
