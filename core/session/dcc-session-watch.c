/* What is watched while the application runs: its output, its health, how long it has been well. */
#include "dcc-session-private.h"

#include "dcc-enum-types.h"
#include "dcc-json.h"
#include "dcc-tree.h"

static void
tell_progress(DccSession *self)
{
    DccProgress *progress = self->life->progress;
    JsonObject *event = dcc_session_event("progress");
    int frame = 0;

    json_object_set_double_member(event, "percent", dcc_progress_get_percent(progress));
    if (dcc_progress_get_frame(progress, &frame))
        json_object_set_int_member(event, "frame", frame);
    else
        json_object_set_null_member(event, "frame");
    json_object_set_int_member(event, "saved", dcc_progress_get_saved(progress));
    json_object_set_int_member(event, "remaining_ms", dcc_progress_get_remaining(progress));
    dcc_session_tell(self, event);
}

static void
tell_output(DccSession *self, DccOutputEvent *output)
{
    JsonObject *event = dcc_session_event("output");
    const char *text = dcc_output_event_get_text(output);

    json_object_set_string_member(
        event, "kind", dcc_enum_to_nick(DCC_TYPE_OUTPUT_KIND, dcc_output_event_get_kind(output)));
    if (text != NULL)
        json_object_set_string_member(event, "text", text);
    dcc_session_tell(self, event);
}

#define MAX_TELLING 200 /* a log that says "fatal" a million times tells nothing new after this */

static void
on_line(const char *line, gpointer data)
{
    DccSession *self = data;
    DccLife *life = self->life;
    g_autoptr(DccOutputEvent) event = dcc_adapter_read_line(self->adapter, line);
    DccOutputKind kind;

    dcc_line_ring_add(life->last_lines, line);
    if (event == NULL)
        return;
    kind = dcc_output_event_get_kind(event);
    if (kind == DCC_OUTPUT_PROGRESS || kind == DCC_OUTPUT_SAVED) {
        if (dcc_progress_feed(life->progress, event, dcc_clock_now(self->clock)) &&
            !life->replaying)
            tell_progress(self);
        return;
    }
    if (life->telling->len >= MAX_TELLING)
        return;
    g_ptr_array_add(life->telling, g_object_ref(event));
    if (kind != DCC_OUTPUT_DONE && !life->replaying)
        tell_output(self, event);
}

static void
read_traces(DccTraces *traces, gpointer data)
{
    DccSession *self = data;
    DccTreeSample sample = dcc_tree_sample(self->life->pid);

    traces->valid = sample.valid;
    traces->cpu_us = sample.cpu_us;
    traces->io_bytes = sample.io_bytes;
    traces->tree_digest = sample.digest;
    traces->log_bytes = dcc_log_reader_get_total(self->life->log);
}

static void
tell_health(DccSession *self, DccHealth health)
{
    JsonObject *event = dcc_session_event("health");
    gint64 age = -1;
    DccProbeReply *last = dcc_health_watch_get_last(self->life->health, &age);
    const char *busy = last != NULL ? dcc_probe_reply_get_busy(last) : NULL;

    json_object_set_string_member(event, "state", dcc_enum_to_nick(DCC_TYPE_HEALTH, health));
    json_object_set_int_member(
        event, "main_thread_age_ms", last != NULL ? dcc_probe_reply_get_main_thread_age(last) : -1);
    if (busy != NULL)
        json_object_set_string_member(event, "busy", busy);
    dcc_session_tell(self, event);
}

static void
on_health(DccHealth health, gpointer data)
{
    DccSession *self = data;

    tell_health(self, health);
    if (health != DCC_HEALTH_UNRESPONSIVE)
        g_clear_pointer(&self->life->hang_report, g_free);
    if (health == DCC_HEALTH_UNRESPONSIVE) {
        dcc_session_report_hang(self);
        dcc_session_dispatch(self, DCC_EVENT_HUNG, "it neither answers nor works");
    } else if (health == DCC_HEALTH_OK || health == DCC_HEALTH_BUSY)
        dcc_session_dispatch(self, DCC_EVENT_WELL, "it answers or works again");
}

static void
on_hung_too_long(gpointer data)
{
    DccSession *self = data;

    if (dcc_settings_get_on_hang(self->settings) != DCC_HANG_RESTART)
        return;
    self->wanted_restart = TRUE;
    self->hang_restart = TRUE;
    dcc_session_dispatch(self, DCC_EVENT_HANG_TIMEOUT, "it has been unresponsive for too long");
}

static void
on_period(gpointer data)
{
    dcc_session_sample(data);
}

static const DccHealthHandler health_handler = {
    .period = on_period,
    .traces = read_traces,
    .changed = on_health,
    .hung = on_hung_too_long,
};

gboolean
dcc_session_equip_life(DccSession *self, GError **error)
{
    DccLife *life = self->life;
    int first = 0, last = 0, step = 0;

    dcc_launch_plan_get_frames(life->plan, &first, &last, &step);
    life->progress = dcc_progress_new(first, last, step);
    json_array_unref(self->steps);
    self->steps = json_array_new();
    g_clear_pointer(&self->saved, g_free);
    g_clear_pointer(&self->copy, g_free);
    life->last_lines = dcc_line_ring_new();
    life->log = dcc_log_reader_new(self->log_path, life->log_start, on_line, self);
    life->health = dcc_health_watch_new(self->adapter,
                                        life->probe_plan,
                                        self->agent,
                                        self->clock,
                                        self->settings,
                                        &health_handler,
                                        self);
    dcc_session_connect_shim(self);
    return TRUE;
}

static gboolean
on_reset(gpointer data)
{
    DccSession *self = data;

    self->life->reset_timer = 0;
    dcc_restart_policy_reset(self->policy);
    dcc_session_write_record(self);
    return G_SOURCE_REMOVE;
}

void
dcc_session_start_watching(DccSession *self)
{
    DccLife *life = self->life;

    dcc_clock_clear(self->clock, &life->start_timer);
    dcc_clock_clear(self->clock, &life->settle_timer);
    life->reset_timer = dcc_clock_add(
        self->clock, dcc_settings_get(self->settings, DCC_SETTING_RESET_AFTER), on_reset, self);
    dcc_session_sample(self);
    dcc_health_watch_start(life->health);
    dcc_control_tell_running(self->control);
}
