/* Every event a session tells; see the header. */
#include "dcc-events.h"

#include "dcc-enum-types.h"
#include "dcc-json.h"

static JsonObject *
new_event(const char *type)
{
    JsonObject *event = json_object_new();

    json_object_set_string_member(event, "type", type);
    return event;
}

void
dcc_object_set_bytes(JsonObject *object, const char *member, const char *bytes)
{
    if (bytes != NULL)
        dcc_json_set_bytes(object, member, bytes);
    else
        json_object_set_null_member(object, member);
}

void
dcc_object_set_known(JsonObject *object, const char *member, gint64 number)
{
    if (number >= 0)
        json_object_set_int_member(object, member, number);
    else
        json_object_set_null_member(object, member);
}

void
dcc_object_set_pid(JsonObject *object, const char *member, gint64 pid)
{
    dcc_object_set_known(object, member, pid > 0 ? pid : -1);
}

void
dcc_object_set_seconds(JsonObject *object, const char *member, gint64 ms)
{
    if (ms >= 0)
        json_object_set_double_member(object, member, (double)ms / 1000);
    else
        json_object_set_null_member(object, member);
}

static void
set_nick(JsonObject *object, const char *member, GType type, int value)
{
    json_object_set_string_member(object, member, dcc_enum_to_nick(type, value));
}

JsonObject *
dcc_object_from_result(DccResult *result)
{
    g_autofree char *text = dcc_result_to_json(result);

    return dcc_json_from_text(text, -1, NULL);
}

static void
set_progress(JsonObject *object, DccProgress *progress)
{
    int frame = 0;

    json_object_set_double_member(object, "percent", dcc_progress_get_percent(progress));
    if (dcc_progress_get_frame(progress, &frame))
        json_object_set_int_member(object, "frame", frame);
    else
        json_object_set_null_member(object, "frame");
    json_object_set_int_member(object, "saved", dcc_progress_get_saved(progress));
    json_object_set_int_member(object, "remaining_ms", dcc_progress_get_remaining(progress));
}

JsonObject *
dcc_object_from_progress(DccProgress *progress)
{
    JsonObject *object = json_object_new();

    set_progress(object, progress);
    return object;
}

JsonObject *
dcc_event_state(DccState from, DccState to, const char *reason, gint64 pid)
{
    JsonObject *event = new_event("state");

    set_nick(event, "from", DCC_TYPE_STATE, from);
    set_nick(event, "to", DCC_TYPE_STATE, to);
    dcc_object_set_pid(event, "pid", pid);
    if (reason != NULL)
        json_object_set_string_member(event, "reason", reason);
    return event;
}

JsonObject *
dcc_event_started(gint64 pid,
                  gint64 shim_pid,
                  const char *incarnation,
                  const char *executable,
                  const char *version)
{
    JsonObject *event = new_event("started");

    dcc_object_set_pid(event, "pid", pid);
    dcc_object_set_pid(event, "shim_pid", shim_pid);
    json_object_set_string_member(event, "incarnation", incarnation);
    dcc_object_set_bytes(event, "executable", executable);
    if (version != NULL)
        json_object_set_string_member(event, "version", version);
    return event;
}

JsonObject *
dcc_event_agent(gboolean connected, const char *version, const char *python)
{
    JsonObject *event = new_event("agent");

    json_object_set_boolean_member(event, "connected", connected);
    if (version != NULL)
        json_object_set_string_member(event, "version", version);
    if (python != NULL)
        json_object_set_string_member(event, "python", python);
    return event;
}

static JsonArray *
list_files(const DccRunEnd *end)
{
    JsonArray *array = json_array_new();

    for (guint i = 0; i < end->files->len; i++) {
        DccRescueFile *file = g_ptr_array_index(end->files, i);
        JsonObject *object = json_object_new();

        set_nick(object, "kind", DCC_TYPE_RESCUE_KIND, dcc_rescue_file_get_kind(file));
        dcc_object_set_bytes(object, "path", dcc_rescue_file_get_path(file));
        json_array_add_object_element(array, object);
    }
    return array;
}

JsonObject *
dcc_event_exit(const DccRunEnd *end, const char *bundle)
{
    JsonObject *event = new_event("exit");

    dcc_object_set_pid(event, "pid", end->pid);
    json_object_set_string_member(event, "incarnation", end->incarnation);
    json_object_set_object_member(event, "result", dcc_object_from_result(end->result));
    dcc_object_set_seconds(event, "uptime_s", end->uptime_ms);
    json_object_set_array_member(event, "files", list_files(end));
    dcc_object_set_bytes(event, "bundle", bundle);
    return event;
}

JsonObject *
dcc_event_restart(gint64 delay_ms, gint64 attempt, gint64 max, const char *reason, gboolean safe)
{
    JsonObject *event = new_event("restart");

    json_object_set_int_member(event, "delay_ms", delay_ms);
    json_object_set_int_member(event, "attempt", attempt);
    json_object_set_int_member(event, "max", max);
    json_object_set_string_member(event, "reason", reason);
    json_object_set_boolean_member(event, "safe", safe);
    return event;
}

JsonObject *
dcc_event_recovery(const char *action, DccRescueFile *file, const char *reason)
{
    JsonObject *event = new_event("recovery");

    json_object_set_string_member(event, "action", action);
    set_nick(event, "kind", DCC_TYPE_RESCUE_KIND, dcc_rescue_file_get_kind(file));
    dcc_object_set_bytes(event, "path", dcc_rescue_file_get_path(file));
    if (reason != NULL)
        json_object_set_string_member(event, "reason", reason);
    return event;
}

JsonObject *
dcc_event_bundle(const char *incarnation, const char *path)
{
    JsonObject *event = new_event("bundle");

    json_object_set_string_member(event, "incarnation", incarnation);
    dcc_object_set_bytes(event, "path", path);
    return event;
}

JsonObject *
dcc_event_gave_up(const char *reason)
{
    JsonObject *event = new_event("gave-up");

    json_object_set_string_member(event, "reason", reason);
    return event;
}

JsonObject *
dcc_event_step(const char *step, const char *outcome, gint64 ms, const char *detail)
{
    JsonObject *event = new_event("step");

    json_object_set_string_member(event, "step", step);
    json_object_set_string_member(event, "outcome", outcome);
    json_object_set_int_member(event, "ms", ms);
    if (detail != NULL)
        dcc_object_set_bytes(event, "detail", detail);
    return event;
}

JsonObject *
dcc_event_rescue(DccRescueKind kind, const char *path)
{
    JsonObject *event = new_event("rescue");

    set_nick(event, "kind", DCC_TYPE_RESCUE_KIND, kind);
    dcc_object_set_bytes(event, "path", path);
    return event;
}

JsonObject *
dcc_event_progress(DccProgress *progress)
{
    JsonObject *event = new_event("progress");

    set_progress(event, progress);
    return event;
}

JsonObject *
dcc_event_output(DccOutputEvent *output)
{
    JsonObject *event = new_event("output");
    const char *text = dcc_output_event_get_text(output);

    set_nick(event, "kind", DCC_TYPE_OUTPUT_KIND, dcc_output_event_get_kind(output));
    if (text != NULL)
        json_object_set_string_member(event, "text", text);
    return event;
}

JsonObject *
dcc_event_health(DccHealth health, DccProbeReply *last)
{
    JsonObject *event = new_event("health");
    const char *busy = last != NULL ? dcc_probe_reply_get_busy(last) : NULL;

    set_nick(event, "state", DCC_TYPE_HEALTH, health);
    json_object_set_int_member(
        event, "main_thread_age_ms", last != NULL ? dcc_probe_reply_get_main_thread_age(last) : -1);
    if (busy != NULL)
        json_object_set_string_member(event, "busy", busy);
    return event;
}

JsonObject *
dcc_event_degraded(const char *what)
{
    JsonObject *event = new_event("degraded");

    json_object_set_string_member(event, "what", what);
    return event;
}

static JsonArray *
list_lines(const char *const *lines, guint first)
{
    JsonArray *array = json_array_new();

    for (guint i = first; lines != NULL && lines[i] != NULL; i++) {
        g_autofree char *valid = g_utf8_make_valid(lines[i], -1);

        json_array_add_string_element(array, valid);
    }
    return array;
}

JsonObject *
dcc_event_log_tail(const DccRunEnd *end, guint n)
{
    JsonObject *event = new_event("log-tail");
    guint length = end->last_lines != NULL ? g_strv_length(end->last_lines) : 0;

    json_object_set_array_member(
        event,
        "lines",
        list_lines((const char *const *)end->last_lines, length > n ? length - n : 0));
    return event;
}

JsonObject *
dcc_event_adopted(gint64 session_pid)
{
    JsonObject *event = new_event("adopted");

    dcc_object_set_pid(event, "session_pid", session_pid);
    return event;
}

JsonObject *
dcc_event_cleared(const char *const *lines)
{
    JsonObject *event = new_event("cleared");

    json_object_set_array_member(event, "processes", list_lines(lines, 0));
    return event;
}

/* 75 means "try again" to dcchost, and to an application whatever it wants. */
static gboolean
is_own_status(DccResult *result)
{
    int status = dcc_result_to_exit_status(result);

    if (dcc_result_get_kind(result) == DCC_RESULT_SIGNALED)
        return TRUE;
    return dcc_result_get_kind(result) == DCC_RESULT_EXITED &&
           dcc_result_get_code(result) == status &&
           dcc_result_get_verdict(result) != DCC_VERDICT_LICENCE;
}

JsonObject *
dcc_event_ended(DccState state, DccResult *result)
{
    JsonObject *event = new_event("ended");

    set_nick(event, "state", DCC_TYPE_STATE, state);
    if (result == NULL) {
        json_object_set_null_member(event, "result");
        return event;
    }
    json_object_set_object_member(event, "result", dcc_object_from_result(result));
    json_object_set_int_member(event, "status", dcc_result_to_exit_status(result));
    json_object_set_string_member(
        event, "status_of", is_own_status(result) ? "application" : "dcchost");
    return event;
}
