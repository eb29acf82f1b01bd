/* Asks a running application how it is.
 *
 * One probe at a time, however many want to know. An application that has no agent is unknown, not
 * well, and nothing wakes for it. A handler may free the watch: each entry holds it until the end.
 */
#include "dcc-health-watch.h"

#include "dcc-agent-text.h"
#include "dcc-error.h"
#include "dcc-json.h"
#include "dcc-text.h"

#include <string.h>

typedef struct {
    DccProbeFunc func;
    gpointer data;
} Asker;

typedef struct {
    DccHealthWatch *watch;
    gint64 began;
} Probe;

struct _DccHealthWatch {
    DccAdapter *adapter;
    DccProbePlan *plan;
    DccAgentLink *agent;
    DccClock *clock;
    DccSettings *settings;
    const DccHealthHandler *handler;
    gpointer data;
    DccHangRule *rule;
    DccHealth health;
    DccProbeReply *last;
    gint64 last_at;
    GArray *askers;
    Probe *probe; /* under way */
    guint timer;
    gboolean paused;
    gboolean told_hung;
};

static void
ignore(gpointer data)
{
}

static void
ignore_health(DccHealth health, gpointer data)
{
}

static void
no_traces(DccTraces *traces, gpointer data)
{
}

/* After the watch was freed. */
static const DccHealthHandler silent_handler = {
    .period = ignore, .traces = no_traces, .changed = ignore_health, .hung = ignore};

static void
watch_clear(gpointer data)
{
    DccHealthWatch *self = data;

    g_array_unref(self->askers);
    dcc_hang_rule_free(self->rule);
    g_clear_object(&self->last);
    g_object_unref(self->settings);
    g_object_unref(self->clock);
    g_object_unref(self->plan);
    g_object_unref(self->adapter);
}

static void
watch_release(DccHealthWatch *self)
{
    g_rc_box_release_full(self, watch_clear);
}

typedef DccHealthWatch HeldWatch;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HeldWatch, watch_release)

static HeldWatch *
hold(DccHealthWatch *self)
{
    return g_rc_box_acquire(self);
}

static void
set_health(DccHealthWatch *self, DccHealth health)
{
    if (health == self->health)
        return;
    self->health = health;
    if (health != DCC_HEALTH_UNRESPONSIVE)
        self->told_hung = FALSE;
    self->handler->changed(health, self->data);
}

static void
check_hung(DccHealthWatch *self, gint64 now)
{
    gint64 limit = dcc_settings_get(self->settings, DCC_SETTING_HANG_TIMEOUT);

    if (self->told_hung || self->health != DCC_HEALTH_UNRESPONSIVE ||
        dcc_hang_rule_hung_for(self->rule, now) < limit)
        return;
    self->told_hung = TRUE;
    self->handler->hung(self->data);
}

/* A main thread that has not turned for as long as a probe may take does not answer, whatever it
 * says it is busy with: a reason names a silence, it does not excuse it for ever. */
static gboolean
is_answer(DccHealthWatch *self, DccProbeReply *reply)
{
    gint64 limit = dcc_settings_get(self->settings, DCC_SETTING_PROBE_TIMEOUT);
    gint64 age = reply != NULL ? dcc_probe_reply_get_main_thread_age(reply) : -1;

    if (reply == NULL)
        return FALSE;
    if (age >= 0)
        return age < limit;
    return dcc_probe_reply_get_health(reply) == DCC_HEALTH_OK ||
           dcc_probe_reply_get_health(reply) == DCC_HEALTH_BUSY;
}

/* The adapter knows better than the clock: what answers is an application that has crashed. */
static gboolean
is_said_dead(DccProbeReply *reply)
{
    return reply != NULL && dcc_probe_reply_get_main_thread_age(reply) < 0 &&
           dcc_probe_reply_get_health(reply) == DCC_HEALTH_UNRESPONSIVE;
}

static DccHealth
name_answer(DccProbeReply *reply)
{
    return dcc_probe_reply_get_busy(reply) != NULL ||
                   dcc_probe_reply_get_health(reply) == DCC_HEALTH_BUSY
               ? DCC_HEALTH_BUSY
               : DCC_HEALTH_OK;
}

/* What the probe found goes to the rule; what the rule concludes is the health. */
static void
judge(DccHealthWatch *self, DccProbeReply *reply, const GError *error)
{
    gint64 now = dcc_clock_now(self->clock);
    gboolean ok = is_answer(self, reply);
    DccHealth judged;

    if (self->paused) {
        set_health(self, DCC_HEALTH_PAUSED);
        return;
    }
    if (!ok) {
        DccTraces traces = {0};

        self->handler->traces(&traces, self->data);
        dcc_hang_rule_traces(self->rule, &traces, now);
    }
    dcc_hang_rule_probe(self->rule, ok, now);
    judged = ok ? name_answer(reply) : dcc_hang_rule_judge(self->rule, now);
    if (is_said_dead(reply))
        judged = DCC_HEALTH_UNRESPONSIVE;
    /* No agent is there to ask, and nothing else speaks for a hang: it is not known to be busy. */
    if (judged == DCC_HEALTH_BUSY && error != NULL && dcc_error_is_gone(error))
        judged = DCC_HEALTH_UNKNOWN;
    set_health(self, judged);
    check_hung(self, now);
}

static void
answer_askers(DccHealthWatch *self, DccProbeReply *reply, gint64 round_trip_ms, const GError *error)
{
    g_autoptr(GArray) askers = g_steal_pointer(&self->askers);

    self->askers = g_array_new(FALSE, FALSE, sizeof(Asker));
    for (guint i = 0; i < askers->len; i++) {
        Asker *asker = &g_array_index(askers, Asker, i);

        asker->func(reply, self->health, round_trip_ms, error, asker->data);
    }
}

/* An adapter hands on what the agent has said. */
static void
bound(DccProbeReply *reply)
{
    const char *scene = dcc_probe_reply_get_scene(reply);
    g_autofree char *busy = dcc_text_cut(dcc_probe_reply_get_busy(reply), DCC_AGENT_TEXT_MAX);

    dcc_probe_reply_set_busy(reply, busy);
    if (scene != NULL && strlen(scene) > DCC_AGENT_PATH_MAX)
        dcc_probe_reply_set_scene(reply, NULL);
}

static void
on_probed(JsonObject *result, const GError *error, gpointer data)
{
    g_autofree Probe *probe = data;
    DccHealthWatch *self = probe->watch;
    g_autoptr(HeldWatch) held = self != NULL ? hold(self) : NULL;
    g_autoptr(DccProbeReply) reply = NULL;
    g_autoptr(GError) bad = NULL;
    gint64 now;

    if (self == NULL)
        return;
    self->probe = NULL;
    now = dcc_clock_now(self->clock);
    if (result != NULL) {
        g_autofree char *text = dcc_json_to_line(result);

        reply = dcc_adapter_read_probe(self->adapter, self->plan, text, &bad);
    }
    if (reply != NULL) {
        bound(reply);
        g_set_object(&self->last, reply);
        self->last_at = now;
    }
    if (bad == NULL) /* an adapter that cannot read the answer says nothing about the application */
        judge(self, reply, error);
    answer_askers(self, reply, (now - probe->began) / 1000, bad != NULL ? bad : error);
}

static void
probe(DccHealthWatch *self)
{
    const char *text = dcc_probe_plan_get_params(self->plan);
    JsonObject *params = text != NULL ? dcc_json_from_text(text, -1, NULL) : NULL;

    self->probe = g_new0(Probe, 1);
    self->probe->watch = self;
    self->probe->began = dcc_clock_now(self->clock);
    dcc_agent_link_call(self->agent,
                        dcc_probe_plan_get_method(self->plan),
                        params,
                        dcc_settings_get(self->settings, DCC_SETTING_PROBE_TIMEOUT),
                        on_probed,
                        self->probe);
}

static gboolean
can_probe(DccHealthWatch *self)
{
    return dcc_probe_plan_get_kind(self->plan) == DCC_PROBE_AGENT;
}

static gboolean
on_period(gpointer data)
{
    DccHealthWatch *self = data;
    g_autoptr(HeldWatch) held = hold(self);

    self->handler->period(self->data);
    if (self->timer == 0)
        return G_SOURCE_REMOVE; /* freed meanwhile */
    if (self->probe == NULL && !self->paused)
        probe(self);
    return G_SOURCE_CONTINUE;
}

DccHealthWatch *
dcc_health_watch_new(DccAdapter *adapter,
                     DccProbePlan *plan,
                     DccAgentLink *agent,
                     DccClock *clock,
                     DccSettings *settings,
                     const DccHealthHandler *handler,
                     gpointer data)
{
    DccHealthWatch *self = g_rc_box_new0(DccHealthWatch);

    self->adapter = g_object_ref(adapter);
    self->plan = g_object_ref(plan);
    self->agent = agent;
    self->clock = g_object_ref(clock);
    self->settings = g_object_ref(settings);
    self->handler = handler;
    self->data = data;
    self->rule = dcc_hang_rule_new(settings);
    self->askers = g_array_new(FALSE, FALSE, sizeof(Asker));
    return self;
}

void
dcc_health_watch_free(DccHealthWatch *self)
{
    g_autoptr(GError) gone = NULL;

    if (self == NULL)
        return;
    self->handler = &silent_handler;
    dcc_clock_clear(self->clock, &self->timer);
    if (self->probe != NULL)
        self->probe->watch = NULL;
    self->probe = NULL;
    gone = g_error_new(DCC_ERROR, DCC_ERROR_GONE, "the application ended meanwhile");
    answer_askers(self, NULL, 0, gone);
    watch_release(self);
}

void
dcc_health_watch_start(DccHealthWatch *self)
{
    gint64 period = dcc_settings_get(self->settings, DCC_SETTING_PROBE_PERIOD);

    dcc_hang_rule_reset(self->rule, dcc_clock_now(self->clock));
    if (period == 0 || !can_probe(self))
        return;
    dcc_clock_clear(self->clock, &self->timer);
    self->timer = dcc_clock_add(self->clock, period, on_period, self);
    if (self->probe == NULL)
        probe(self);
}

void
dcc_health_watch_set_paused(DccHealthWatch *self, gboolean paused)
{
    self->paused = paused;
    dcc_hang_rule_pause(self->rule, dcc_clock_now(self->clock));
    set_health(self, paused ? DCC_HEALTH_PAUSED : DCC_HEALTH_UNKNOWN);
}

void
dcc_health_watch_ask(DccHealthWatch *self, DccProbeFunc func, gpointer data)
{
    g_autoptr(GError) error = NULL;
    Asker asker = {func, data};

    if (!can_probe(self)) {
        error = g_error_new(
            DCC_ERROR, DCC_ERROR_NOT_SUPPORTED, "this application cannot be asked how it is");
        func(NULL, self->health, 0, error, data);
        return;
    }
    if (self->paused) {
        error = g_error_new(DCC_ERROR, DCC_ERROR_BUSY, "it is paused");
        func(NULL, DCC_HEALTH_PAUSED, 0, error, data);
        return;
    }
    g_array_append_val(self->askers, asker);
    if (self->probe == NULL)
        probe(self);
}

DccHealth
dcc_health_watch_get_health(DccHealthWatch *self)
{
    return self->health;
}

DccProbeReply *
dcc_health_watch_get_last(DccHealthWatch *self, gint64 *age_ms)
{
    *age_ms = self->last != NULL ? (dcc_clock_now(self->clock) - self->last_at) / 1000 : -1;
    return self->last;
}
