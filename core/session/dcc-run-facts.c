/* What is known of a run, and what a record keeps of it. Reads only. */
#include "dcc-json.h"
#include "dcc-run-private.h"

DccRunFacts
dcc_run_make_facts(DccRun *self, const DccShimRecord *record)
{
    const DccRunWork *work = dcc_run_agent_get_work(self->agent);

    return (DccRunFacts){
        .setup = self->setup,
        .output = self->output,
        .record = record,
        .failure = self->failure,
        .pid = self->pid,
        .began_wall = self->began_wall,
        .ended_wall = record->ended != 0 ? record->ended : g_get_real_time(),
        .uptime_ms = self->uptime_ms,
        .oom_kills = self->oom_kills,
        .group = &self->memory_group,
        .sampled_peak = self->watch != NULL ? dcc_run_watch_get_peak_memory(self->watch) : -1,
        .ready = self->was_ready,
        .ready_unknown = self->ready_unknown,
        .requested = self->stop != DCC_RUN_STOP_NOT && self->stop != DCC_RUN_STOP_FAILED,
        .outside = self->outside,
        .end_signal = dcc_run_agent_get_end_signal(self->agent),
        .hung = self->stop == DCC_RUN_STOP_HANG || dcc_run_watch_count_reports(self->watch) > 0,
        .scene = work->scene,
        .blind = self->blind,
        .copy = work->dirty ? work->copy : NULL,
        .copy_saved = self->saved_copy != NULL && self->stop == DCC_RUN_STOP_ASKED,
    };
}

GListModel *
dcc_run_find_files(DccRun *self)
{
    DccShimRecord record = {0};
    DccRunFacts facts;

    dcc_shim_link_read(self->shim, &record);
    facts = dcc_run_make_facts(self, &record);
    return dcc_run_list_files(&facts);
}

void
dcc_run_save(DccRun *self, DccSessionRecord *record)
{
    DccRunSetup *setup = self->setup;

    record->incarnation = g_strdup(setup->incarnation);
    record->token = g_strdup(setup->token);
    record->private_dir = g_strdup(setup->private_dir);
    record->temp_dir = g_strdup(setup->temp_dir);
    record->run_began_wall = self->began_wall;
    record->log_start = self->log_start;
    record->counted = self->counted;
    record->ready = self->was_ready;
    record->requested = self->stop != DCC_RUN_STOP_NOT && self->stop != DCC_RUN_STOP_FAILED;
    if (self->failure != NULL) {
        g_autofree char *text = dcc_result_to_json(self->failure);

        record->failure = dcc_json_from_text(text, -1, NULL);
    }
    dcc_run_work_save(dcc_run_agent_get_work(self->agent), record);
    record->recovered = g_strdup(setup->recovered);
    record->job = setup->is_job;
    record->run_safe = dcc_launch_request_is_safe(setup->request);
    record->environment = g_strdupv(self->environment);
    record->n_hang_reports = self->watch != NULL ? dcc_run_watch_count_reports(self->watch) : 0;
}

void
dcc_run_watch_health(DccRun *self)
{
    dcc_run_watch_start(self->watch);
}

void
dcc_run_ask_health(DccRun *self, DccProbeFunc func, gpointer data)
{
    dcc_run_watch_ask(self->watch, func, data);
}

void
dcc_run_call_agent(DccRun *self,
                   const char *method,
                   JsonObject *params,
                   gint64 timeout_ms,
                   DccReplyFunc func,
                   gpointer data)
{
    dcc_agent_link_call(
        dcc_run_agent_get_link(self->agent), method, params, timeout_ms, func, data);
}

DccRunStop
dcc_run_get_stop(DccRun *self)
{
    return self->stop;
}

const DccRunSetup *
dcc_run_get_setup(DccRun *self)
{
    return self->setup;
}

gboolean
dcc_run_is_alive(DccRun *self)
{
    return self->phase == DCC_RUN_SPAWNED || self->phase == DCC_RUN_READY;
}

gint64
dcc_run_get_pid(DccRun *self)
{
    return MAX(self->pid, 0);
}

gint64
dcc_run_get_shim_pid(DccRun *self)
{
    gint64 pid = self->shim != NULL ? dcc_shim_link_get_pid(self->shim) : 0;

    return MAX(pid, 0);
}

gboolean
dcc_run_is_ready(DccRun *self)
{
    return self->phase == DCC_RUN_READY;
}

gboolean
dcc_run_is_paused(DccRun *self)
{
    return self->paused;
}

gboolean
dcc_run_is_owned(DccRun *self)
{
    return self->shim == NULL || dcc_shim_link_is_owned(self->shim);
}

gboolean
dcc_run_was_counted(DccRun *self)
{
    return self->counted;
}

gint64
dcc_run_get_began(DccRun *self)
{
    return self->began;
}

gint64
dcc_run_get_began_wall(DccRun *self)
{
    return self->began_wall;
}

gint64
dcc_run_get_uptime_ms(DccRun *self)
{
    if (!dcc_run_is_alive(self))
        return self->uptime_ms;
    return (dcc_clock_now(self->clock) - self->began) / 1000;
}

const char *
dcc_run_get_scene(DccRun *self)
{
    return dcc_run_agent_get_work(self->agent)->scene;
}

gint64
dcc_run_get_scene_mtime_ns(DccRun *self)
{
    return dcc_run_agent_get_work(self->agent)->scene_mtime_ns;
}

gboolean
dcc_run_is_dirty(DccRun *self)
{
    return dcc_run_agent_get_work(self->agent)->dirty;
}

DccProgress *
dcc_run_get_progress(DccRun *self)
{
    return self->output != NULL ? dcc_run_output_get_progress(self->output) : NULL;
}

DccHealth
dcc_run_get_health(DccRun *self)
{
    return self->watch != NULL ? dcc_run_watch_get_health(self->watch) : DCC_HEALTH_UNKNOWN;
}

DccProbeReply *
dcc_run_get_last_probe(DccRun *self, gint64 *age_ms)
{
    *age_ms = -1;
    return self->watch != NULL ? dcc_run_watch_get_last(self->watch, age_ms) : NULL;
}

const char *
dcc_run_get_hang_report(DccRun *self)
{
    return self->watch != NULL ? dcc_run_watch_get_report(self->watch) : NULL;
}

const char *
dcc_run_get_agent_version(DccRun *self)
{
    return dcc_agent_link_get_version(dcc_run_agent_get_link(self->agent));
}

const char *
dcc_run_get_agent_python(DccRun *self)
{
    return dcc_agent_link_get_python(dcc_run_agent_get_link(self->agent));
}

gint64
dcc_run_get_log_bytes(DccRun *self)
{
    return self->output != NULL ? dcc_run_output_get_total(self->output) : -1;
}

const char *const *
dcc_run_get_environment(DccRun *self)
{
    return (const char *const *)self->environment;
}

DccResourceRing *
dcc_run_get_curve(DccRun *self)
{
    return self->watch != NULL ? dcc_run_watch_get_curve(self->watch) : NULL;
}

DccRunEnd *
dcc_run_get_end(DccRun *self)
{
    return self->end;
}
