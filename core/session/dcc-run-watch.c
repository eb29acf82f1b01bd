/* Watches one run; see the header. */
#include "dcc-run-watch.h"

#include "dcc-display.h"
#include "dcc-error.h"
#include "dcc-hang-report.h"
#include "dcc-memory-climb.h"
#include "dcc-tree.h"

/* Of one run: what hangs every other minute for a week fills no disk with it. */
#define MAX_REPORTS 5
/* Asleep: what timers use of one core is well below this, and any work is above. */
#define ASLEEP_CPU_PER_MILLE 20
#define CLIMB_PERIOD_MS      1000

struct _DccRunWatch {
    const DccRunSetup *setup;
    DccAgentLink *agent;
    DccRunOutput *output;
    DccClock *clock;
    DccSettings *settings;
    const DccRunWatchHandler *handler;
    gpointer data;
    char *rescue_dir;
    DccStoreWriter *writer;
    DccHealthWatch *health; /* NULL: it has ended */
    DccResourceRing *curve;
    const char *const *environment; /* NULL: not known */
    DccTreeSample last;             /* when last looked at */
    gint64 last_at;
    DccMemoryClimb climb;
    guint climb_timer; /* its memory climbs, or may */
    gboolean asleep;   /* between the last two looks */
    char *report;
    guint n_reports;
    guint crash_timer; /* it has said that it crashed, and cannot be asked */
    gint64 pid;
    gint64 began; /* of the clock; 0: not known */
    gint64 began_wall;
};

static void
ignore_health(DccHealth health, gpointer data)
{
}

static void
ignore(gpointer data)
{
}

static void
ignore_report(const char *path, gpointer data)
{
}

/* After the watch was freed. */
static const DccRunWatchHandler silent_handler = {.health = ignore_health,
                                                  .hung = ignore,
                                                  .awake = ignore,
                                                  .reported = ignore_report,
                                                  .dead = ignore,
                                                  .blind = ignore};

static void
watch_clear(gpointer data)
{
    DccRunWatch *self = data;

    dcc_resource_ring_free(self->curve);
    g_free(self->report);
    g_free(self->rescue_dir);
    g_object_unref(self->settings);
    g_object_unref(self->clock);
}

static void
watch_release(gpointer self)
{
    g_rc_box_release_full(self, watch_clear);
}

typedef DccRunWatch HeldWatch;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HeldWatch, watch_release)

static HeldWatch *
hold(DccRunWatch *self)
{
    return g_rc_box_acquire(self);
}

/* Nobody wants to be woken for it where probing is off, and what has ended has no memory. */
static gboolean
may_look(DccRunWatch *self)
{
    return self->health != NULL && self->pid > 0 &&
           dcc_settings_get(self->settings, DCC_SETTING_PROBE_PERIOD) > 0;
}

/* Unknown is awake. */
static gboolean
is_asleep(const DccTreeSample *before, const DccTreeSample *now, gint64 elapsed_us)
{
    gint64 used = now->cpu_us - before->cpu_us;

    return before->valid && now->valid && before->digest == now->digest && elapsed_us > 0 &&
           used >= 0 && used < elapsed_us / 1000 * ASLEEP_CPU_PER_MILLE;
}

static gboolean
on_climb(gpointer data);

/* At rest the probes see to it; a job that is not probed is looked at as often. 0: no timer. */
static guint
arm_look(DccRunWatch *self)
{
    gboolean probed = dcc_probe_plan_get_kind(self->setup->probe_plan) == DCC_PROBE_AGENT;
    gint64 period = dcc_settings_get(self->settings, DCC_SETTING_PROBE_PERIOD);

    if (dcc_memory_climb_is_steep(&self->climb))
        return dcc_clock_add(self->clock, CLIMB_PERIOD_MS, on_climb, self);
    return self->setup->is_job && !probed ? dcc_clock_add(self->clock, period, on_climb, self) : 0;
}

/* Memory that climbs is looked at each second: what ends for want of it does so within a few. */
static DccTreeSample
look_at_memory(DccRunWatch *self)
{
    DccTreeSample sample = dcc_tree_sample(self->pid);

    dcc_resource_ring_add(self->curve, &sample, dcc_clock_now(self->clock), g_get_real_time());
    if (sample.valid)
        dcc_memory_climb_note(&self->climb, sample.rss_bytes);
    if (self->climb_timer == 0 && may_look(self))
        self->climb_timer = arm_look(self);
    return sample;
}

static gboolean
on_climb(gpointer data)
{
    DccRunWatch *self = data;

    self->climb_timer = 0;
    look_at_memory(self);
    return G_SOURCE_REMOVE;
}

static void
sample(DccRunWatch *self)
{
    gint64 now = dcc_clock_now(self->clock);
    DccTreeSample sample;

    if (self->pid <= 0)
        return;
    sample = look_at_memory(self);
    self->asleep = is_asleep(&self->last, &sample, now - self->last_at);
    self->last = sample;
    self->last_at = now;
}

/* It does not answer, does nothing, and where its window was nobody listens. Some versions of
 * Blender (4.3.2) wait for ever for a server that has died. */
static gboolean
is_blind(DccRunWatch *self)
{
    DccHealth health = dcc_run_watch_get_health(self);

    return (health == DCC_HEALTH_BUSY || health == DCC_HEALTH_UNRESPONSIVE) && self->asleep &&
           !dcc_run_output_has(self->output, DCC_OUTPUT_CRASH) && /* on_health() sees to that */
           !dcc_launch_request_is_headless(self->setup->request) && self->environment != NULL &&
           dcc_display_is_gone(self->environment);
}

static void
on_period(gpointer data)
{
    DccRunWatch *self = data;
    g_autoptr(HeldWatch) held = hold(self);

    sample(self);
    if (is_blind(self))
        self->handler->blind(self->data);
    self->handler->awake(self->data);
}

static void
read_traces(DccTraces *traces, gpointer data)
{
    DccRunWatch *self = data;
    DccTreeSample now = dcc_tree_sample(self->pid);

    traces->valid = now.valid;
    traces->cpu_us = now.cpu_us;
    traces->io_bytes = now.io_bytes;
    traces->tree_digest = now.digest;
    traces->log_bytes = dcc_run_output_get_total(self->output);
}

static gboolean
has_recovery_file(DccRunWatch *self)
{
    gint64 now_wall = g_get_real_time();
    gint64 age_ms = self->began > 0 ? (dcc_clock_now(self->clock) - self->began) / 1000 : -1;
    g_autoptr(DccExitInfo) info = dcc_exit_info_new_lost("it has not ended");
    g_autoptr(GListModel) files = NULL;

    dcc_exit_info_set_pid(info, self->pid);
    dcc_exit_info_set_times(
        info, dcc_clock_find_earliest(self->began_wall, now_wall, age_ms), now_wall);
    dcc_exit_info_set_temp_dir(info, self->setup->temp_dir);
    files = dcc_adapter_list_rescue_files(self->setup->adapter, info, NULL);
    for (guint i = 0; files != NULL && i < g_list_model_get_n_items(files); i++) {
        g_autoptr(DccRescueFile) file = g_list_model_get_item(files, i);

        if (dcc_rescue_file_get_kind(file) == DCC_RESCUE_RECOVERY)
            return TRUE;
    }
    return FALSE;
}

static void
on_reported(const char *path, gpointer data)
{
    DccRunWatch *self = data;

    if (self->health == NULL)
        return; /* it has ended meanwhile */
    if (path != NULL && dcc_health_watch_get_health(self->health) == DCC_HEALTH_UNRESPONSIVE) {
        g_free(self->report);
        self->report = g_strdup(path);
    }
    self->handler->reported(path, self->data);
}

static void
report(DccRunWatch *self)
{
    DccHangReportFacts facts = {
        .name = dcc_launch_request_get_name(self->setup->request),
        .incarnation = self->setup->incarnation,
        .temp_dir = self->setup->temp_dir,
        .rescue_dir = self->rescue_dir,
        .writer = self->writer,
        .pid = self->pid,
        .timeout_ms = dcc_settings_get(self->settings, DCC_SETTING_PROBE_TIMEOUT),
    };

    if (self->n_reports >= MAX_REPORTS)
        return;
    self->n_reports++;
    dcc_hang_report_write(&facts, self->agent, on_reported, hold(self), watch_release);
}

/* What said that it crashed, has written its recovery file, and neither answers nor works any more
 * is dead: a crash dialog holds it (Houdini's). Of any other hang a report is written. */
static void
on_health(DccHealth health, gpointer data)
{
    DccRunWatch *self = data;
    g_autoptr(HeldWatch) held = hold(self);

    if (health != DCC_HEALTH_UNRESPONSIVE) {
        g_clear_pointer(&self->report, g_free);
        self->handler->health(health, self->data);
        return;
    }
    self->handler->health(health, self->data);
    if (self->health == NULL)
        return;
    if (dcc_run_output_has(self->output, DCC_OUTPUT_CRASH) && has_recovery_file(self))
        self->handler->dead(self->data);
    else
        report(self);
}

static void
on_hung(gpointer data)
{
    DccRunWatch *self = data;
    g_autoptr(HeldWatch) held = hold(self);

    self->handler->hung(self->data);
}

static const DccHealthHandler health_handler = {
    .period = on_period, .traces = read_traces, .changed = on_health, .hung = on_hung};

DccRunWatch *
dcc_run_watch_new(const DccRunSetup *setup,
                  DccAgentLink *agent,
                  DccRunOutput *output,
                  const char *rescue_dir,
                  DccStoreWriter *writer,
                  DccClock *clock,
                  guint n_reports,
                  const DccRunWatchHandler *handler,
                  gpointer data)
{
    DccRunWatch *self = g_rc_box_new0(DccRunWatch);

    self->setup = setup;
    self->agent = agent;
    self->output = output;
    self->clock = g_object_ref(clock);
    self->settings = g_object_ref(dcc_launch_request_get_settings(setup->request));
    self->handler = handler;
    self->data = data;
    self->rescue_dir = g_strdup(rescue_dir);
    self->writer = writer;
    self->n_reports = n_reports;
    self->curve = dcc_resource_ring_new();
    self->health = dcc_health_watch_new(
        setup->adapter, setup->probe_plan, agent, clock, self->settings, &health_handler, self);
    return self;
}

void
dcc_run_watch_free(DccRunWatch *self)
{
    if (self == NULL)
        return;
    self->handler = &silent_handler;
    dcc_run_watch_stop(self);
    watch_release(self);
}

void
dcc_run_watch_stop(DccRunWatch *self)
{
    dcc_clock_clear(self->clock, &self->crash_timer);
    dcc_clock_clear(self->clock, &self->climb_timer);
    g_clear_pointer(&self->health, dcc_health_watch_free);
}

void
dcc_run_watch_set_pid(DccRunWatch *self, gint64 pid, gint64 began, gint64 began_wall)
{
    self->pid = pid;
    self->began = began;
    self->began_wall = began_wall;
    if (may_look(self))
        look_at_memory(self);
}

void
dcc_run_watch_set_environment(DccRunWatch *self, const char *const *environment)
{
    self->environment = environment;
}

void
dcc_run_watch_start(DccRunWatch *self)
{
    sample(self);
    if (self->health != NULL)
        dcc_health_watch_start(self->health);
}

void
dcc_run_watch_set_paused(DccRunWatch *self, gboolean paused)
{
    if (self->health != NULL)
        dcc_health_watch_set_paused(self->health, paused);
}

static gboolean
on_crash_grace_over(gpointer data)
{
    DccRunWatch *self = data;
    g_autoptr(HeldWatch) held = hold(self);

    self->crash_timer = 0;
    if (!dcc_agent_link_is_connected(self->agent))
        self->handler->dead(self->data);
    return G_SOURCE_REMOVE;
}

/* An application with an agent shows by its answers whether it lives. One without is given the
 * crash grace: what still stands there then is held by a dialog of its own. */
void
dcc_run_watch_crash_line(DccRunWatch *self)
{
    gint64 grace = dcc_settings_get(self->settings, DCC_SETTING_CRASH_GRACE);

    if (self->health != NULL && self->crash_timer == 0 && !dcc_agent_link_is_connected(self->agent))
        self->crash_timer = dcc_clock_add(self->clock, grace, on_crash_grace_over, self);
}

void
dcc_run_watch_ask(DccRunWatch *self, DccProbeFunc func, gpointer data)
{
    g_autoptr(GError) error = NULL;

    if (self->health != NULL) {
        dcc_health_watch_ask(self->health, func, data);
        return;
    }
    error = g_error_new(DCC_ERROR, DCC_ERROR_GONE, "the application does not run now");
    func(NULL, DCC_HEALTH_UNKNOWN, 0, error, data);
}

DccHealth
dcc_run_watch_get_health(DccRunWatch *self)
{
    return self->health != NULL ? dcc_health_watch_get_health(self->health) : DCC_HEALTH_UNKNOWN;
}

DccProbeReply *
dcc_run_watch_get_last(DccRunWatch *self, gint64 *age_ms)
{
    *age_ms = -1;
    return self->health != NULL ? dcc_health_watch_get_last(self->health, age_ms) : NULL;
}

const char *
dcc_run_watch_get_report(DccRunWatch *self)
{
    return self->report;
}

guint
dcc_run_watch_count_reports(DccRunWatch *self)
{
    return self->n_reports;
}

gint64
dcc_run_watch_get_peak_memory(DccRunWatch *self)
{
    return dcc_memory_climb_get_peak(&self->climb);
}

DccResourceRing *
dcc_run_watch_get_curve(DccRunWatch *self)
{
    return self->curve;
}
