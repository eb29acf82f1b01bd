/* What the shim tells: started, refused, exited, nothing left, paused. */
#include "dcc-session-private.h"

#include "dcc-enum-types.h"
#include "dcc-json.h"

static gboolean
on_settled(gpointer data)
{
    DccSession *self = data;

    self->life->settle_timer = 0;
    self->life->ready = TRUE;
    dcc_session_dispatch(self, DCC_EVENT_READY, "it has lived for the settle time");
    return G_SOURCE_REMOVE;
}

static void
tell_started(DccSession *self)
{
    DccLife *life = self->life;
    JsonObject *event = dcc_session_event("started");

    json_object_set_int_member(event, "pid", life->pid);
    json_object_set_int_member(event, "shim_pid", dcc_shim_link_get_pid(life->shim));
    json_object_set_string_member(event, "incarnation", life->incarnation);
    json_object_set_string_member(
        event, "executable", dcc_installation_get_executable(self->installation));
    if (self->version != NULL)
        json_object_set_string_member(event, "version", self->version);
    dcc_session_tell(self, event);
}

/* To an adopter it is no news, unless its forerunner had no time to take it in. */
static void
count_life(DccSession *self)
{
    if (self->life->counted)
        return;
    self->life->counted = TRUE;
    dcc_session_forget_wishes(self);
    if (self->lived)
        self->restart_count++;
    self->lived = TRUE;
    dcc_session_write_record(self);
}

void
dcc_session_note_started(DccSession *self)
{
    DccLife *life = self->life;
    DccShimRecord record;

    if (life->noted || !dcc_shim_link_read(life->shim, &record) || !record.spawned)
        return;
    life->noted = TRUE;
    life->pid = record.main.pid;
    count_life(self);
    g_object_notify(G_OBJECT(self), "pid");
    if (!dcc_journal_has(self->journal, "started", life->incarnation))
        tell_started(self);
    if (dcc_launch_plan_get_readiness(life->plan) == DCC_READINESS_SETTLE &&
        self->state == DCC_STATE_STARTING)
        life->settle_timer = dcc_clock_add(
            self->clock, dcc_settings_get(self->settings, DCC_SETTING_SETTLE), on_settled, self);
}

static void
on_refused(DccSession *self)
{
    DccShimRecord record = {0};
    g_autofree char *reason = NULL;

    dcc_shim_link_read(self->life->shim, &record);
    if (g_str_equal(record.stage, "spawn") && dcc_session_is_shortage(record.errno_code)) {
        dcc_session_dispatch(self,
                             DCC_EVENT_SPAWN_REFUSED,
                             "the machine is out of processes, memory or descriptors");
        return;
    }
    if (g_str_equal(record.stage, "chdir"))
        reason = g_strdup_printf("cannot enter the working directory: %s",
                                 g_strerror(record.errno_code));
    else
        reason = g_strdup_printf("cannot execute %s: %s",
                                 dcc_launch_plan_get_argv(self->life->plan)[0],
                                 g_strerror(record.errno_code));
    g_clear_object(&self->result);
    self->result = dcc_result_new_start_failed(record.stage, record.errno_code, reason);
    self->life->exited = self->life->empty = self->life->bad = TRUE;
    self->life->ended_wall = g_get_real_time();
    dcc_session_dispatch(self, DCC_EVENT_START_REFUSED, reason);
}

static void
on_empty(DccSession *self)
{
    self->life->empty = TRUE;
    if (!self->life->exited)
        return;
    if (self->life->stop_sequence != NULL)
        dcc_stop_sequence_tree_empty(self->life->stop_sequence);
    dcc_session_report_released(self);
    dcc_session_settle(self);
}

static void
on_paused(DccSession *self, gboolean paused)
{
    self->life->paused = paused;
    if (self->life->health != NULL)
        dcc_health_watch_set_paused(self->life->health, paused);
    dcc_session_write_record(self);
}

/* In order after EMPTY; else the shim was killed, and the link watches the application by itself
 * now. */
static void
on_shim_gone(DccSession *self)
{
    if (self->life->empty)
        return;
    dcc_session_tell_degraded(self, "the shim was killed; the application goes on without it");
    dcc_session_write_record(self);
}

static void
on_news(DccShimLink *link, int news, gpointer data)
{
    DccSession *self = data;
    g_autoptr(DccSession) held = g_object_ref(self);

    if (self->life == NULL || self->life->shim != link)
        return;
    switch ((DccShimNews)news) {
    case DCC_SHIM_STARTED:
        dcc_session_note_started(self);
        break;
    case DCC_SHIM_REFUSED:
        on_refused(self);
        break;
    case DCC_SHIM_EXITED:
        dcc_session_main_ended(self);
        break;
    case DCC_SHIM_EMPTY:
        on_empty(self);
        break;
    case DCC_SHIM_PAUSED:
    case DCC_SHIM_RESUMED:
        on_paused(self, news == DCC_SHIM_PAUSED);
        break;
    case DCC_SHIM_DEGRADED:
        dcc_session_tell_degraded(self, "the log cannot be written; output is being dropped");
        break;
    case DCC_SHIM_OUTPUT:
        dcc_log_reader_look(self->life->log);
        break;
    case DCC_SHIM_GONE:
        on_shim_gone(self);
        break;
    }
}

void
dcc_session_connect_shim(DccSession *self)
{
    g_signal_connect_object(self->life->shim, "news", G_CALLBACK(on_news), self, 0);
}
