/* How a run comes to be, planned and spawned or restored from a record, and how it goes. */
#include "dcc-run-private.h"

#include "dcc-file-facts.h"
#include "dcc-json.h"
#include "dcc-redact.h"
#include "dcc-signals.h"
#include "dcc-system.h"

#include <errno.h>

G_DEFINE_TYPE(DccRun, dcc_run, G_TYPE_OBJECT)

/* What was never handed over to anybody ends with its owner. */
static void
abandon(DccRun *self)
{
    gboolean over = self->phase == DCC_RUN_EMPTY || self->phase == DCC_RUN_REFUSED;

    if (self->shim != NULL && !over) {
        g_signal_handlers_disconnect_by_data(self->shim, self);
        dcc_shim_link_abandon(g_steal_pointer(&self->shim));
    }
    if (self->phase != DCC_RUN_EMPTY)
        dcc_run_setup_remove_dirs(self->setup);
}

static void
close_parts(DccRun *self)
{
    dcc_clock_clear(self->clock, &self->agent_timer);
    if (self->shim != NULL)
        g_signal_handlers_disconnect_by_data(self->shim, self);
    g_clear_pointer(&self->sequence, dcc_stop_sequence_free);
    g_clear_pointer(&self->watch, dcc_run_watch_free);
    g_clear_pointer(&self->ready_timer, dcc_ready_timer_free);
    g_clear_pointer(&self->agent, dcc_run_agent_free);
    g_clear_pointer(&self->output, dcc_run_output_free);
    g_clear_pointer(&self->rescue, dcc_rescue_free);
    g_clear_object(&self->shim);
}

static void
dcc_run_dispose(GObject *object)
{
    DccRun *self = DCC_RUN(object);

    if (self->setup != NULL && self->agent != NULL)
        abandon(self);
    if (self->clock != NULL)
        close_parts(self);
    G_OBJECT_CLASS(dcc_run_parent_class)->dispose(object);
}

static void
dcc_run_finalize(GObject *object)
{
    DccRun *self = DCC_RUN(object);

    g_clear_pointer(&self->setup, dcc_run_setup_free);
    g_clear_pointer(&self->end, dcc_run_end_unref);
    g_clear_object(&self->failure);
    g_clear_object(&self->settings);
    g_clear_object(&self->clock);
    g_strfreev(self->environment);
    g_free(self->log_path);
    g_free(self->rescue_dir);
    g_free(self->saved_copy);
    g_ptr_array_unref(self->told_files);
    G_OBJECT_CLASS(dcc_run_parent_class)->finalize(object);
}

static void
dcc_run_class_init(DccRunClass *klass)
{
    GObjectClass *object_class = G_OBJECT_CLASS(klass);

    object_class->dispose = dcc_run_dispose;
    object_class->finalize = dcc_run_finalize;
}

static void
dcc_run_init(DccRun *self)
{
    self->uptime_ms = -1;
    self->told_files = g_ptr_array_new_with_free_func(g_object_unref);
}

void
dcc_run_release(DccRun *self)
{
    close_parts(self);
}

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
equip(DccRun *self, const DccRunOrder *order, guint n_hang_reports, GError **error)
{
    int first = 0, last = 0, step = 0;

    self->output = dcc_run_output_new(self->setup->adapter,
                                      self->clock,
                                      self->log_path,
                                      self->log_start,
                                      order->licence_lines,
                                      &dcc_run_output_handler,
                                      self);
    dcc_run_output_set_scenes(
        self->output, dcc_launch_request_get_scene(self->setup->request), self->setup->recovered);
    self->agent = dcc_run_agent_new(
        self->setup, self->dir, self->output, self->clock, &dcc_run_agent_handler, self, error);
    if (self->agent == NULL)
        return FALSE;
    dcc_launch_plan_get_frames(self->setup->plan, &first, &last, &step);
    dcc_run_output_set_frames(self->output, first, last, step);
    self->rescue = dcc_rescue_new(self->rescue_dir, self->setup->incarnation);
    self->ready_timer =
        dcc_ready_timer_new(self->clock, self->settings, &dcc_run_ready_timer_handler, self);
    self->watch = dcc_run_watch_new(self->setup,
                                    dcc_run_agent_get_link(self->agent),
                                    self->output,
                                    self->rescue_dir,
                                    dcc_instance_dir_get_writer(self->dir),
                                    self->clock,
                                    n_hang_reports,
                                    &dcc_run_watch_handler,
                                    self);
    return TRUE;
}

static gint64
get_log_size(const char *path)
{
    DccFileFacts facts;

    return dcc_file_facts_read(path, &facts) ? facts.size : 0;
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
    self->began_wall = g_get_real_time();
    self->log_start = get_log_size(self->log_path);
    if (!equip(self, order, 0, error)) {
        dcc_run_setup_remove_dirs(self->setup);
        return NULL;
    }
    dcc_run_work_set_scene(dcc_run_agent_get_work(self->agent),
                           dcc_launch_request_get_scene(self->setup->request));
    return g_steal_pointer(&self);
}

static gboolean
is_shortage(int errno_code)
{
    return errno_code == EAGAIN || errno_code == EMFILE || errno_code == ENFILE ||
           errno_code == ENOMEM;
}

/* One that is tied shall not go on when all who could end it are dead, unless there is an artist's work
 * in it: that outweighs the cores. */
static int
choose_orphan_signal(DccRun *self, const char *const *tied_to)
{
    gboolean tied = tied_to != NULL && tied_to[0] != NULL;

    return tied && dcc_launch_request_is_headless(self->setup->request) ? DCC_SIGNAL_KILL : 0;
}

gboolean
dcc_run_spawn(DccRun *self, const char *const *tied_to, gboolean *shortage, GError **error)
{
    DccLaunchPlan *plan = self->setup->plan;
    g_auto(GStrv) env = dcc_run_setup_make_env(self->setup, self->dir);
    const char *cwd = dcc_launch_plan_get_cwd(plan);
    g_autofree char *shim = NULL;
    DccShimStart start = {
        .dir = dcc_instance_dir_get_dir(self->dir),
        .log_path = self->log_path,
        .log_size = dcc_settings_get(self->settings, DCC_SETTING_LOG_SIZE),
        .log_files = dcc_settings_get(self->settings, DCC_SETTING_LOG_FILES),
        .lock_fd = dcc_instance_dir_get_lock_fd(self->dir),
        .first_signal = dcc_stop_plan_get_signal(self->setup->stop_plan),
        .oom_score = (int)dcc_settings_get(self->settings, DCC_SETTING_OOM_SCORE),
        .daemons = dcc_launch_plan_get_daemons(plan),
        .ties = tied_to,
        .orphan_signal = choose_orphan_signal(self, tied_to),
        .argv = dcc_launch_plan_get_argv(plan),
        .envp = (const char *const *)env,
        .cwd = cwd != NULL ? cwd : dcc_launch_request_get_cwd(self->setup->request),
    };
    int errno_code = 0;

    if (!dcc_shim_link_find_shim(&shim, error))
        return FALSE;
    start.shim = shim;
    self->environment = dcc_redact_environ(start.envp);
    dcc_run_watch_set_environment(self->watch, (const char *const *)self->environment);
    self->oom_kills = dcc_system_count_memory_kills();
    dcc_memory_group_read(&self->memory_group);
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
    self->outside = record->outside;
    self->failure = failure != NULL ? dcc_result_from_json(failure, NULL) : NULL;
    self->environment = g_strdupv(record->environment);
    self->was_ready = record->ready;
    self->agent_due = record->ready;
    self->ready_unknown =
        !record->ready && dcc_launch_plan_get_readiness(self->setup->plan) == DCC_READINESS_AGENT;
    self->counted = record->counted;
    self->began_wall = record->run_began_wall;
    self->log_start = MAX(record->log_start, 0);
    self->oom_kills = dcc_system_count_memory_kills();
    dcc_memory_group_read(&self->memory_group);
    if (!equip(self, order, (guint)CLAMP(record->n_hang_reports, 0, G_MAXINT), error)) {
        dcc_run_release(self); /* not ours to end */
        return NULL;
    }
    dcc_run_watch_set_environment(self->watch, (const char *const *)self->environment);
    dcc_run_work_restore(dcc_run_agent_get_work(self->agent), record);
    return g_steal_pointer(&self);
}

void
dcc_run_note_stop(DccRun *self, DccRunStop why, gint64 deadline_ms)
{
    self->stop = why;
    self->stop_deadline_ms = deadline_ms;
}

/* How long it has run, by a clock that nobody sets; 0: not known. */
static gint64
find_beginning(DccRun *self, const DccShimRecord *record)
{
    gint64 age_ms = dcc_identity_get_age_ms(&record->main);

    return age_ms >= 0 ? dcc_clock_now(self->clock) - age_ms * 1000 : 0;
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
    dcc_run_watch_set_pid(self->watch, self->pid, self->began, self->began_wall);
    if (ended) {
        facts = dcc_run_make_facts(self, &record);
        self->end = dcc_run_judge(&facts);
        self->phase = DCC_RUN_ENDED;
    } else if (self->was_ready) {
        self->phase = DCC_RUN_READY;
    }
    return TRUE;
}

gboolean
dcc_run_reopen(DccRun *self, GError **error)
{
    return dcc_agent_link_reopen(dcc_run_agent_get_link(self->agent), self->dir, error);
}
