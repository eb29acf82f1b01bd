/* How a run comes to be: planned and spawned, or restored from a record. */
#include "dcc-run-private.h"

#include "dcc-json.h"
#include "dcc-process-age.h"
#include "dcc-redact.h"
#include "dcc-shim-path.h"

#include <errno.h>
#include <sys/stat.h>

static DccRun *
alloc(const DccRunOrder *order, DccClock *clock, const DccRunListener *listener, gpointer data)
{
    DccRun *self = g_object_new(DCC_TYPE_RUN, NULL);

    self->listener = listener;
    self->data = data;
    self->clock = g_object_ref(clock);
    self->settings = g_object_ref(dcc_launch_request_get_settings(order->request));
    self->dir = order->dir;
    self->log_path = g_strdup(order->log_path);
    self->rescue_dir = g_strdup(order->rescue_dir);
    return self;
}

/* All that it needs while it runs. Before the spawn, so that what fails here has started nothing.
 */
static gboolean
equip(DccRun *self, guint n_hang_reports, GError **error)
{
    int first = 0, last = 0, step = 0;

    self->agent = dcc_agent_link_new(self->dir, self->clock, &dcc_run_agent_handler, self, error);
    if (self->agent == NULL)
        return FALSE;
    dcc_agent_link_expect(self->agent, self->setup->token);
    self->output = dcc_run_output_new(self->setup->adapter,
                                      self->clock,
                                      self->log_path,
                                      self->log_start,
                                      &dcc_run_output_handler,
                                      self,
                                      error);
    if (self->output == NULL)
        return FALSE;
    dcc_launch_plan_get_frames(self->setup->plan, &first, &last, &step);
    dcc_run_output_set_frames(self->output, first, last, step);
    self->rescue = dcc_rescue_new(self->rescue_dir, self->setup->incarnation);
    self->ready_timer =
        dcc_ready_timer_new(self->clock, self->settings, &dcc_run_ready_timer_handler, self);
    self->watch = dcc_run_watch_new(self->setup,
                                    self->agent,
                                    self->output,
                                    self->rescue_dir,
                                    self->clock,
                                    n_hang_reports,
                                    &dcc_run_watch_handler,
                                    self);
    return TRUE;
}

static gint64
get_log_size(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? st.st_size : 0;
}

DccRun *
dcc_run_new(const DccRunOrder *order,
            DccClock *clock,
            const DccRunListener *listener,
            gpointer data,
            GError **error)
{
    g_autoptr(DccRun) self = alloc(order, clock, listener, data);

    self->setup = dcc_run_setup_new(order, error);
    if (self->setup == NULL)
        return NULL;
    dcc_run_work_set_scene(&self->work, dcc_launch_request_get_scene(self->setup->request));
    self->began_wall = g_get_real_time();
    self->log_start = get_log_size(self->log_path);
    return equip(self, 0, error) ? g_steal_pointer(&self) : NULL;
}

static gboolean
is_shortage(int errno_code)
{
    return errno_code == EAGAIN || errno_code == EMFILE || errno_code == ENFILE ||
           errno_code == ENOMEM;
}

gboolean
dcc_run_spawn(DccRun *self, gboolean *shortage, GError **error)
{
    DccLaunchPlan *plan = self->setup->plan;
    g_auto(GStrv) env = dcc_run_setup_make_env(self->setup, self->dir, self->rescue_dir);
    g_autofree char *shim = dcc_shim_path(error);
    const char *cwd = dcc_launch_plan_get_cwd(plan);
    DccShimStart start = {
        .shim = shim,
        .dir = dcc_instance_dir_get_dir(self->dir),
        .log_path = self->log_path,
        .log_size = dcc_settings_get(self->settings, DCC_SETTING_LOG_SIZE),
        .log_files = dcc_settings_get(self->settings, DCC_SETTING_LOG_FILES),
        .lock_fd = dcc_instance_dir_get_lock_fd(self->dir),
        .first_signal = dcc_stop_plan_get_signal(self->setup->stop_plan),
        .oom_score = (int)dcc_settings_get(self->settings, DCC_SETTING_OOM_SCORE),
        .daemons = dcc_launch_plan_get_daemons(plan),
        .argv = dcc_launch_plan_get_argv(plan),
        .envp = (const char *const *)env,
        .cwd = cwd != NULL ? cwd : dcc_launch_request_get_cwd(self->setup->request),
    };
    int errno_code = 0;

    if (shim == NULL)
        return FALSE;
    self->environment = dcc_redact_environ(start.envp);
    self->oom_kills = dcc_run_count_oom_kills();
    self->began = dcc_clock_now(self->clock);
    self->began_wall = g_get_real_time();
    self->shim = dcc_shim_link_start(&start, &errno_code, error);
    *shortage = is_shortage(errno_code);
    if (self->shim == NULL)
        return FALSE;
    self->phase = DCC_RUN_SPAWNED;
    dcc_run_hear_shim(self);
    return TRUE;
}

DccRun *
dcc_run_restore(const DccRunOrder *order,
                const DccSessionRecord *record,
                DccClock *clock,
                const DccRunListener *listener,
                gpointer data,
                GError **error)
{
    g_autoptr(DccRun) self = alloc(order, clock, listener, data);
    g_autofree char *failure = record->failure != NULL ? dcc_json_to_line(record->failure) : NULL;

    self->setup = dcc_run_setup_restore(order, record, TRUE, error);
    if (self->setup == NULL)
        return NULL;
    self->phase = DCC_RUN_SPAWNED;
    self->stop = record->requested ? DCC_RUN_STOP_ASKED : DCC_RUN_STOP_NOT;
    self->failure = failure != NULL ? dcc_result_from_json(failure, NULL) : NULL;
    dcc_run_work_restore(&self->work, record);
    self->environment = g_strdupv(record->environment);
    self->was_ready = record->ready;
    self->agent_due = record->ready;
    self->counted = record->counted;
    self->began_wall = record->run_began_wall;
    self->log_start = MAX(record->log_start, 0);
    self->oom_kills = dcc_run_count_oom_kills();
    if (equip(self, (guint)CLAMP(record->n_hang_reports, 0, G_MAXINT), error))
        return g_steal_pointer(&self);
    dcc_run_release(self); /* not ours to end */
    return NULL;
}

/* How long it has run, by a clock that nobody sets; 0: not known. */
static gint64
find_beginning(DccRun *self, const DccShimRecord *record)
{
    gint64 age = dcc_process_age_us(&record->main);

    return age >= 0 ? dcc_clock_now(self->clock) - age : 0;
}

gboolean
dcc_run_resume(DccRun *self, gboolean ended, GError **error)
{
    DccShimRecord record = {0};
    DccRunFacts facts;

    self->shim = dcc_shim_link_attach(dcc_instance_dir_get_dir(self->dir), self->log_path, error);
    if (self->shim == NULL)
        return FALSE;
    dcc_run_hear_shim(self);
    dcc_run_output_replay(self->output);
    if (dcc_shim_link_read(self->shim, &record) && record.spawned)
        self->pid = record.main.pid;
    self->began = find_beginning(self, &record);
    dcc_run_watch_set_pid(self->watch, self->pid, self->began_wall);
    if (ended) {
        facts = dcc_run_make_facts(self, &record);
        self->end = dcc_run_judge(&facts);
        self->phase = DCC_RUN_ENDED;
    } else if (self->was_ready) {
        self->phase = DCC_RUN_READY;
    }
    return TRUE;
}
