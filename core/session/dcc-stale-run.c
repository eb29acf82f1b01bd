/* A run that nobody attended to its end; see the header.
 *
 * Where its adapter cannot be found, nothing of it is judged or moved: the end is told raw, and the
 * directory with its files stays and is named. */
#include "dcc-stale-run.h"

#include "dcc-adapter-registry.h"
#include "dcc-error.h"
#include "dcc-events.h"
#include "dcc-evidence.h"
#include "dcc-json.h"
#include "dcc-request-json.h"
#include "dcc-rescue.h"
#include "dcc-run-judge.h"
#include "dcc-run-teller.h"
#include "dcc-run-tree.h"
#include "dcc-safe-dir.h"
#include "dcc-session-record.h"
#include "dcc-stray.h"
#include "dcc-system.h"

#define STRAY_GRACE_MS   500
#define STRAY_TIMEOUT_MS 2000

typedef struct {
    DccInstanceDir *dir;
    DccEventLog *log;
    DccSessionRecord *record;
    DccLaunchRequest *request;
    DccAdapter *adapter; /* its own; NULL: not to be found */
    DccAdapterRegistry *registry;
    DccRunSetup *setup;
    char *rescue_dir;
    char *log_path;
} Stale;

static void
stale_clear(Stale *self)
{
    g_clear_pointer(&self->setup, dcc_run_setup_free);
    g_clear_pointer(&self->log, dcc_event_log_free);
    g_clear_pointer(&self->record, dcc_session_record_free);
    g_clear_object(&self->request);
    g_clear_object(&self->adapter);
    g_clear_object(&self->registry);
    g_free(self->rescue_dir);
    g_free(self->log_path);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Stale, stale_clear)

static gboolean
is_alive(DccInstanceDir *dir, DccShimRecord *shim)
{
    return dcc_shim_record_read(dcc_instance_dir_get_dir(dir), shim) && shim->spawned &&
           !shim->exited && dcc_identity_is_alive(&shim->main);
}

/* Work of one application is never judged by another. */
static void
find_adapter(Stale *self, DccAdapter *adapter, const char *app)
{
    const char *own = dcc_launch_request_get_app(self->request);
    DccAdapter *found;

    if (g_str_equal(own, app)) {
        self->adapter = g_object_ref(adapter);
        return;
    }
    self->registry = dcc_adapter_registry_new();
    dcc_adapter_registry_load_for(self->registry, own);
    found = dcc_adapter_registry_lookup(self->registry, own, NULL);
    self->adapter = found != NULL ? g_object_ref(found) : NULL;
}

static gboolean
open_stale(Stale *self, DccInstanceDir *dir, DccAdapter *adapter, const char *app)
{
    g_autoptr(DccInstallation) installation = NULL;
    DccRunOrder order;

    self->dir = dir;
    self->record = dcc_session_record_read(dir, NULL);
    if (self->record == NULL || self->record->incarnation == NULL)
        return FALSE;
    self->request = dcc_request_from_json(self->record->request, NULL);
    if (self->request == NULL)
        return FALSE;
    find_adapter(self, adapter, app);
    self->rescue_dir = dcc_instance_dir_get_state_file(dir, "rescue");
    self->log_path = dcc_instance_dir_get_state_file(dir, DCC_INSTANCE_DIR_LOG);
    self->log = dcc_event_log_new(dir, FALSE, NULL, NULL);
    installation =
        dcc_installation_new(self->record->executable != NULL ? self->record->executable : "/",
                             self->record->app_version,
                             "record");
    order = (DccRunOrder){.adapter = self->adapter != NULL ? self->adapter : adapter,
                          .installation = installation,
                          .request = self->request,
                          .dir = dir,
                          .log_path = self->log_path,
                          .rescue_dir = self->rescue_dir};
    self->setup = dcc_run_setup_restore(&order, self->record, FALSE, NULL);
    return self->setup != NULL;
}

/* By the shim's two readings of the wall clock, which somebody may have set in between. */
static gint64
measure_uptime_ms(const DccShimRecord *shim)
{
    gint64 ms = (shim->ended - shim->started) / 1000;

    return shim->started > 0 && shim->ended > 0 && ms >= 0 ? ms : -1;
}

static DccRunFacts
make_facts(Stale *self, const DccShimRecord *shim)
{
    return (DccRunFacts){
        .setup = self->setup,
        .record = shim,
        .pid = shim->main.pid,
        .began_wall = self->record->run_began_wall,
        .ended_wall = shim->ended != 0 ? shim->ended : g_get_real_time(),
        .uptime_ms = measure_uptime_ms(shim),
        .oom_kills = dcc_system_count_memory_kills(),
        .ready = self->record->ready,
        .ready_unknown = !self->record->ready,
        .requested = self->record->requested,
        .hung = self->record->n_hang_reports > 0,
        .scene = self->record->scene,
        .copy = self->record->dirty ? self->record->copy : NULL,
    };
}

/* The end in the kernel's words alone. */
static DccRunEnd *
judge_raw(const DccRunFacts *facts)
{
    g_autoptr(DccExitInfo) info = dcc_run_make_exit_info(facts);
    g_autoptr(DccVerdict) verdict = dcc_verdict_new(
        DCC_VERDICT_UNKNOWN, "nobody attended it, and its adapter is not there to judge its end");
    DccRunEnd *end = dcc_run_end_alloc();

    end->incarnation = g_strdup(facts->setup->incarnation);
    end->pid = facts->pid;
    end->result = dcc_result_new_ended(info, verdict);
    end->verdict = DCC_VERDICT_UNKNOWN;
    end->began_wall = facts->began_wall;
    end->ended_wall = facts->ended_wall;
    end->uptime_ms = facts->uptime_ms;
    end->ready = facts->ready;
    end->requested = facts->requested;
    end->scene = g_strdup(facts->scene);
    return end;
}

typedef struct {
    DccRunEnd *end;
    gboolean complete;
    gboolean done;
} Rescued;

static void
on_files_safe(GPtrArray *found, gboolean complete, gpointer data)
{
    Rescued *rescued = data;

    for (guint i = 0; i < found->len; i++)
        g_ptr_array_add(rescued->end->files, g_object_ref(g_ptr_array_index(found, i)));
    rescued->complete = complete;
    rescued->done = TRUE;
}

/* Before the name is launched again, so nothing is attended that this could hold up. */
static gboolean
rescue(Stale *self, const DccRunFacts *facts, DccRunEnd *end)
{
    g_autoptr(GMainContext) context = g_main_context_new();
    g_autoptr(GListModel) files = dcc_run_list_files(facts);
    g_autoptr(DccRescue) rescue = NULL;
    Rescued rescued = {.end = end};

    if (!dcc_safe_dir_make(self->rescue_dir, NULL))
        return FALSE;
    g_main_context_push_thread_default(context);
    rescue = dcc_rescue_new(self->rescue_dir, end->incarnation);
    dcc_rescue_take(rescue, files, FALSE, on_files_safe, &rescued);
    while (!rescued.done)
        g_main_context_iteration(context, TRUE);
    g_main_context_pop_thread_default(context);
    return rescued.complete;
}

static void
tell(Stale *self, const DccShimRecord *shim, DccRunEnd *end)
{
    g_autoptr(DccEvidence) evidence = dcc_evidence_new(self->dir, self->request, self->log);
    const char *bundle = NULL;

    dcc_run_teller_stale_start(
        self->log, end, shim->shim.pid, self->record->executable, self->record->app_version);

    for (guint i = 0; i < end->files->len; i++) {
        DccRescueFile *file = g_ptr_array_index(end->files, i);

        dcc_event_log_tell(
            self->log,
            dcc_event_rescue(dcc_rescue_file_get_kind(file), dcc_rescue_file_get_path(file)));
    }
    if (dcc_run_end_is_bad(end))
        bundle = dcc_evidence_gather_stale(evidence, self->setup, end);
    dcc_run_teller_exit(self->log, end, bundle);
}

/* Children that outlived a run whose session and shim are dead would be in nobody's tree. */
static void
end_strays(Stale *self)
{
    g_autoptr(GArray) ended = NULL;
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) lines = NULL;

    if (!dcc_stray_end(
            dcc_instance_dir_get_dir(self->dir), STRAY_GRACE_MS, STRAY_TIMEOUT_MS, &ended, &error))
        dcc_event_log_degraded(self->log, error->message);
    if (ended == NULL || ended->len == 0)
        return;
    lines = dcc_run_tree_list_ended(ended, ended->len);
    dcc_event_log_tell(self->log, dcc_event_cleared((const char *const *)lines));
}

static void
settle(Stale *self, const DccShimRecord *shim)
{
    DccRunFacts facts = make_facts(self, shim);
    g_autoptr(DccRunEnd) end = self->adapter != NULL ? dcc_run_judge(&facts) : judge_raw(&facts);
    gboolean complete = self->adapter != NULL && rescue(self, &facts, end);
    g_autofree char *where = NULL;

    if (!complete && self->setup->temp_dir != NULL) {
        where = g_strdup_printf("files of an earlier run of '%s' stay in %s",
                                dcc_launch_request_get_app(self->request),
                                self->setup->temp_dir);
        dcc_event_log_degraded(self->log, where);
    }
    tell(self, shim, end);
    end_strays(self);
    dcc_run_setup_remove_dirs(self->setup, !complete);
}

gboolean
dcc_stale_run_settle(DccInstanceDir *dir, DccAdapter *adapter, const char *app, GError **error)
{
    const char *name = dcc_instance_dir_get_name(dir);
    DccShimRecord shim = {0};
    g_auto(Stale) stale = {NULL};

    if (is_alive(dir, &shim)) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_BUSY,
                    "'%s' is running as pid %" G_GINT64_FORMAT
                    " with nobody attending it; 'dcchost adopt %s' takes it over",
                    name,
                    shim.main.pid,
                    name);
        return FALSE;
    }
    if (shim.spawned && open_stale(&stale, dir, adapter, app))
        settle(&stale, &shim);
    return TRUE;
}
