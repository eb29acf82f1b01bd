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
#include "dcc-quiet-thread.h"
#include "dcc-request-json.h"
#include "dcc-rescue.h"
#include "dcc-run-judge.h"
#include "dcc-run-teller.h"
#include "dcc-run-tree.h"
#include "dcc-safe-dir.h"
#include "dcc-session-record.h"
#include "dcc-source.h"
#include "dcc-stray.h"
#include "dcc-system.h"

#define STRAY_GRACE_MS   500
#define STRAY_TIMEOUT_MS 2000

/* Held by its owner and by the thread that ends strays. */
struct _DccStaleRun {
    DccInstanceDir *dir; /* borrowed */
    DccShimRecord shim;
    DccEventLog *log;
    DccSessionRecord *record;
    DccLaunchRequest *request;
    DccAdapter *adapter; /* its own; NULL: not to be found */
    DccAdapterRegistry *registry;
    DccRunSetup *setup;
    char *rescue_dir;
    char *log_path;

    DccRunEnd *end;
    DccRescue *rescue;
    DccEvidence *evidence;
    gboolean complete;    /* all of its files are in safety */
    DccStaleRunFunc func; /* NULL: called, or nobody wants to know */
    gpointer data;
};

static void
stale_run_clear(gpointer data)
{
    DccStaleRun *self = data;

    g_clear_pointer(&self->evidence, dcc_evidence_free);
    g_clear_pointer(&self->rescue, dcc_rescue_free);
    g_clear_pointer(&self->end, dcc_run_end_unref);
    g_clear_pointer(&self->setup, dcc_run_setup_free);
    g_clear_pointer(&self->log, dcc_event_log_free);
    g_clear_pointer(&self->record, dcc_session_record_free);
    g_clear_object(&self->request);
    g_clear_object(&self->adapter);
    g_clear_object(&self->registry);
    g_clear_pointer(&self->rescue_dir, g_free);
    g_clear_pointer(&self->log_path, g_free);
}

static void
stale_run_release(DccStaleRun *self)
{
    g_rc_box_release_full(self, stale_run_clear);
}

void
dcc_stale_run_free(DccStaleRun *self)
{
    if (self == NULL)
        return;
    self->func = NULL;
    stale_run_clear(self); /* the directory it borrows may go now */
    stale_run_release(self);
}

static gboolean
is_alive(DccInstanceDir *dir, DccShimRecord *shim)
{
    return dcc_shim_record_read(dcc_instance_dir_get_dir(dir), shim) && shim->spawned &&
           !shim->exited && dcc_identity_is_alive(&shim->main);
}

/* Work of one application is never judged by another. */
static void
find_adapter(DccStaleRun *self, DccAdapter *adapter, const char *app)
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
open_stale(DccStaleRun *self, DccInstanceDir *dir, DccAdapter *adapter, const char *app)
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
    self->rescue_dir = dcc_instance_dir_get_state_file(dir, DCC_INSTANCE_DIR_RESCUE);
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
make_facts(DccStaleRun *self)
{
    const DccShimRecord *shim = &self->shim;

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
        .outside = self->record->outside,
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

/* Children that outlived a run whose session and shim are dead would be in nobody's tree. Ending
 * them takes as long as they like to take. */
typedef struct {
    DccStaleRun *owner; /* held */
    char *dir;
    GMainContext *context;
    GArray *ended;
    GError *error;
} Strays;

static void
strays_free(gpointer data)
{
    Strays *strays = data;

    stale_run_release(strays->owner);
    g_main_context_unref(strays->context);
    g_clear_pointer(&strays->ended, g_array_unref);
    g_clear_error(&strays->error);
    g_free(strays->dir);
    g_free(strays);
}

static void
on_dirs_cleared(gpointer data)
{
    DccStaleRun *self = data;

    self->func(self->data);
}

static gboolean
on_strays_ended(gpointer data)
{
    Strays *strays = data;
    DccStaleRun *self = strays->owner;

    if (self->func == NULL)
        return G_SOURCE_REMOVE;
    if (strays->error != NULL)
        dcc_event_log_degraded(self->log, strays->error->message);
    if (strays->ended != NULL && strays->ended->len > 0) {
        g_auto(GStrv) lines = dcc_run_tree_list_ended(strays->ended, strays->ended->len);

        dcc_event_log_tell(self->log, dcc_event_cleared((const char *const *)lines));
    }
    dcc_run_setup_clear_async(self->setup, !self->complete, on_dirs_cleared, self);
    return G_SOURCE_REMOVE;
}

static gpointer
end_strays_in_thread(gpointer data)
{
    Strays *strays = data;

    dcc_stray_end(strays->dir, STRAY_GRACE_MS, STRAY_TIMEOUT_MS, &strays->ended, &strays->error);
    dcc_source_call(strays->context, on_strays_ended, strays, strays_free);
    return NULL;
}

/* A machine that has no thread to give ends them here. */
static void
end_strays(DccStaleRun *self)
{
    Strays *strays = g_new0(Strays, 1);
    GThread *thread;

    strays->owner = g_rc_box_acquire(self);
    strays->dir = g_strdup(dcc_instance_dir_get_dir(self->dir));
    strays->context = g_main_context_ref_thread_default();
    thread = dcc_quiet_thread_new("dcc-strays", end_strays_in_thread, strays, NULL);
    if (thread != NULL)
        g_thread_unref(thread);
    else
        end_strays_in_thread(strays);
}

static void
on_gathered(const char *bundle, gpointer data)
{
    DccStaleRun *self = data;

    dcc_run_teller_exit(self->log, self->end, bundle);
    end_strays(self);
}

static void
on_files_safe(GPtrArray *found, gboolean complete, gpointer data)
{
    DccStaleRun *self = data;
    const DccEvidenceCall call = {on_gathered, self, NULL};

    self->complete = complete;
    for (guint i = 0; found != NULL && i < found->len; i++)
        g_ptr_array_add(self->end->files, g_object_ref(g_ptr_array_index(found, i)));
    if (!complete && self->setup->temp_dir != NULL) {
        g_autofree char *where = g_strdup_printf("files of an earlier run of '%s' stay in %s",
                                                 dcc_launch_request_get_app(self->request),
                                                 self->setup->temp_dir);

        dcc_event_log_degraded(self->log, where);
    }
    dcc_run_teller_stale_start(self->log,
                               self->end,
                               self->shim.shim.pid,
                               self->record->executable,
                               self->record->app_version);
    for (guint i = 0; i < self->end->files->len; i++) {
        DccRescueFile *file = g_ptr_array_index(self->end->files, i);

        dcc_event_log_tell(
            self->log,
            dcc_event_rescue(dcc_rescue_file_get_kind(file), dcc_rescue_file_get_path(file)));
    }
    if (dcc_run_end_is_bad(self->end))
        dcc_evidence_gather_stale(self->evidence, self->setup, self->end, &call);
    else
        on_gathered(NULL, self);
}

void
dcc_stale_run_settle(DccStaleRun *self, DccClock *clock, DccStaleRunFunc func, gpointer data)
{
    DccRunFacts facts = make_facts(self);
    g_autoptr(GListModel) files = self->adapter != NULL ? dcc_run_list_files(&facts) : NULL;

    self->func = func;
    self->data = data;
    self->end = self->adapter != NULL ? dcc_run_judge(&facts) : judge_raw(&facts);
    self->evidence = dcc_evidence_new(self->dir, self->request, self->log, clock);
    self->rescue = dcc_rescue_new(self->rescue_dir, self->end->incarnation);
    if (files != NULL && dcc_safe_dir_make(self->rescue_dir, NULL))
        dcc_rescue_take(self->rescue, files, FALSE, on_files_safe, self);
    else
        on_files_safe(NULL, FALSE, self);
}

gboolean
dcc_stale_run_find(
    DccInstanceDir *dir, DccAdapter *adapter, const char *app, DccStaleRun **stale, GError **error)
{
    g_autoptr(DccStaleRun) self = g_rc_box_new0(DccStaleRun);
    const char *name = dcc_instance_dir_get_name(dir);

    if (is_alive(dir, &self->shim)) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_BUSY,
                    "'%s' is running as pid %" G_GINT64_FORMAT
                    " with nobody attending it; 'dcchost adopt %s' takes it over",
                    name,
                    self->shim.main.pid,
                    name);
        return FALSE;
    }
    *stale =
        self->shim.spawned && open_stale(self, dir, adapter, app) ? g_steal_pointer(&self) : NULL;
    return TRUE;
}
