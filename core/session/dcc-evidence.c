/* The evidence of bad ends; see the header.
 *
 * What there is to say is put together here; the store's thread writes it, one after the other. */
#include "dcc-evidence.h"

#include "dcc-bundle-draft.h"
#include "dcc-enum-types.h"
#include "dcc-events.h"
#include "dcc-json.h"

#include <string.h>

#define MAX_EVIDENCE 20
#define LAST_LINES   8
#define PATIENCE_MS  5000

static const char lost[] = "the evidence of a crash cannot be written";

/* One bundle on its way, until the thread is done with it. */
typedef struct {
    DccEvidence *evidence; /* held */
    DccBundleDraft *draft;
    DccEvidenceFunc func; /* NULL: called, or nobody wants to know */
    gpointer data;
    GDestroyNotify destroy;
} Gathering;

/* What a bundle says beside the end. All borrowed. */
typedef struct {
    const char *app_version;
    const char *executable;
    const char *const *environment; /* redacted; NULL: not known */
    DccResourceRing *curve;         /* NULL: none */
    gint64 log_bytes;               /* of this run's output; -1: not known */
} Sources;

/* Held by its owner and by what is on its way to the disk. */
struct _DccEvidence {
    gboolean closed; /* its owner is gone, with all that is borrowed */
    DccLaunchRequest *request;
    DccEventLog *log;
    DccClock *clock;
    DccStoreWriter *writer;
    char *crashes;
    char *rescue_dir;
    char *log_path;
    char *bundle;
    char *incarnation;  /* of the newest bundle, its first letters at least; NULL: none */
    gboolean open;      /* what followed is not in it yet */
    gboolean promises;  /* it says that another run follows, which has not begun */
    Gathering *awaited; /* by its caller; NULL: none */
    guint timer;
};

DccEvidence *
dcc_evidence_new(DccInstanceDir *dir, DccLaunchRequest *request, DccEventLog *log, DccClock *clock)
{
    DccEvidence *self = g_rc_box_new0(DccEvidence);

    self->request = g_object_ref(request);
    self->log = log;
    self->clock = g_object_ref(clock);
    self->writer = dcc_instance_dir_get_writer(dir);
    self->crashes = dcc_instance_dir_get_state_file(dir, DCC_BUNDLE_DIR);
    self->rescue_dir = dcc_instance_dir_get_state_file(dir, DCC_INSTANCE_DIR_RESCUE);
    self->log_path = dcc_instance_dir_get_state_file(dir, DCC_INSTANCE_DIR_LOG);
    return self;
}

static void
evidence_clear(gpointer data)
{
    DccEvidence *self = data;

    g_object_unref(self->request);
    g_object_unref(self->clock);
    g_free(self->crashes);
    g_free(self->rescue_dir);
    g_free(self->log_path);
    g_free(self->bundle);
    g_free(self->incarnation);
}

static void
evidence_release(DccEvidence *self)
{
    g_rc_box_release_full(self, evidence_clear);
}

void
dcc_evidence_free(DccEvidence *self)
{
    if (self == NULL)
        return;
    self->closed = TRUE;
    dcc_clock_clear(self->clock, &self->timer);
    if (self->awaited != NULL)
        self->awaited->func = NULL;
    self->awaited = NULL;
    evidence_release(self);
}

static void
replace(char **member, const char *value)
{
    char *copy = g_strdup(value);

    g_free(*member);
    *member = copy;
}

static void
add_lines(DccDeath *death, const DccRunEnd *end)
{
    guint n = end->significant->len;
    guint length = end->last_lines != NULL ? g_strv_length(end->last_lines) : 0;

    for (guint i = n > MAX_EVIDENCE ? n - MAX_EVIDENCE : 0; i < n; i++) {
        DccOutputEvent *event = g_ptr_array_index(end->significant, i);

        dcc_death_add_line(death,
                           dcc_enum_to_nick(DCC_TYPE_OUTPUT_KIND, dcc_output_event_get_kind(event)),
                           dcc_output_event_get_text(event));
    }
    if (length > 0)
        death->last_lines =
            g_strdupv(end->last_lines + (length > LAST_LINES ? length - LAST_LINES : 0));
}

static void
add_file(DccDeath *death, DccRescueKind kind, const char *path)
{
    dcc_death_add_file(death, dcc_enum_to_nick(DCC_TYPE_RESCUE_KIND, kind), path);
}

static DccDeath *
make_death(DccEvidence *self, const DccRunEnd *end, const Sources *facts)
{
    DccDeath *death = dcc_death_new();

    death->name = g_strdup(dcc_launch_request_get_name(self->request));
    death->app = g_strdup(dcc_launch_request_get_app(self->request));
    death->app_version = g_strdup(facts->app_version);
    death->executable = g_strdup(facts->executable);
    death->incarnation = g_strdup(end->incarnation);
    death->pid = end->pid > 0 ? end->pid : -1;
    death->began = dcc_journal_time(end->began_wall);
    death->ended = dcc_journal_time(end->ended_wall);
    death->uptime_s = end->uptime_ms >= 0 ? (double)end->uptime_ms / 1000 : -1;
    death->result = dcc_object_from_result(end->result);
    death->signal_from = end->our_signal ? g_strdup("dcchost") : NULL;
    death->ready = end->ready;
    death->hung = end->hung;
    death->requested = end->requested;
    death->headless = end->headless;
    death->safe = end->safe;
    death->recovered = g_strdup(end->recovered);
    death->scene = g_strdup(end->scene);
    death->log_path = g_strdup(self->log_path);
    add_lines(death, end);
    for (guint i = 0; i < end->files->len; i++) {
        DccRescueFile *file = g_ptr_array_index(end->files, i);

        add_file(death, dcc_rescue_file_get_kind(file), dcc_rescue_file_get_path(file));
    }
    return death;
}

/* (transfer full): one to a line. */
static char *
join_lines(const char *const *lines)
{
    g_autofree char *text = lines != NULL ? g_strjoinv("\n", (char **)lines) : NULL;

    return text != NULL ? g_strconcat(text, "\n", NULL) : NULL;
}

static Sources
make_sources(DccRun *run)
{
    const DccRunSetup *setup = dcc_run_get_setup(run);

    return (Sources){
        .app_version = dcc_installation_get_version(setup->installation),
        .executable = dcc_installation_get_executable(setup->installation),
        .environment = dcc_run_get_environment(run),
        .curve = dcc_run_get_curve(run),
        .log_bytes = dcc_run_get_log_bytes(run),
    };
}

/* -- The bundle on its way -- */

static void
gathering_free(gpointer data)
{
    Gathering *gathering = data;

    if (gathering->destroy != NULL)
        gathering->destroy(gathering->data);
    dcc_bundle_draft_free(gathering->draft);
    evidence_release(gathering->evidence);
    g_free(gathering);
}

static void
answer(DccEvidence *self, const char *bundle)
{
    Gathering *gathering = g_steal_pointer(&self->awaited);

    dcc_clock_clear(self->clock, &self->timer);
    gathering->func(bundle, gathering->data);
}

static gboolean
on_late(gpointer data)
{
    DccEvidence *self = data;

    self->timer = 0;
    dcc_event_log_degraded(self->log, "the state directory does not answer");
    answer(self, NULL);
    return G_SOURCE_REMOVE;
}

static void
write_draft(gpointer data)
{
    dcc_bundle_draft_write(((Gathering *)data)->draft);
}

/* Of one that nobody waits for any more it is told all the same. */
static void
on_written(gpointer data)
{
    Gathering *gathering = data;
    DccEvidence *self = gathering->evidence;
    DccBundleDraft *draft = gathering->draft;

    if (self->closed)
        return;
    if (g_strcmp0(self->incarnation, draft->incarnation) == 0)
        replace(&self->bundle, draft->path);
    if (draft->path == NULL)
        dcc_event_log_degraded(self->log, lost);
    else if (!draft->found)
        dcc_event_log_tell(self->log, dcc_event_bundle(draft->incarnation, draft->path));
    if (!self->closed && self->awaited == gathering)
        answer(self, draft->path);
}

static DccBundleDraft *
make_draft(DccEvidence *self, const DccRunEnd *end, const Sources *sources, DccRescueFile *keep)
{
    DccSettings *settings = dcc_launch_request_get_settings(self->request);
    DccBundleDraft *draft = dcc_bundle_draft_new();

    draft->crashes = g_strdup(self->crashes);
    draft->rescue_dir = g_strdup(self->rescue_dir);
    draft->incarnation = g_strdup(end->incarnation);
    draft->ended_wall = end->ended_wall;
    draft->death = make_death(self, end, sources);
    draft->log_path = g_strdup(self->log_path);
    draft->log_bytes = sources->log_bytes;
    draft->curve = sources->curve != NULL ? dcc_resource_ring_to_text(sources->curve) : NULL;
    draft->environment = join_lines(sources->environment);
    draft->max_count = (guint)dcc_settings_get(settings, DCC_SETTING_BUNDLES);
    draft->max_bytes = (guint64)dcc_settings_get(settings, DCC_SETTING_BUNDLE_SIZE);
    draft->keep = keep != NULL ? g_strdup(dcc_rescue_file_get_path(keep)) : NULL;
    for (guint i = 0; i < end->files->len; i++) {
        DccRescueFile *file = g_ptr_array_index(end->files, i);

        if (dcc_bundle_takes(dcc_rescue_file_get_kind(file)))
            g_ptr_array_add(draft->reports, g_strdup(dcc_rescue_file_get_path(file)));
    }
    return draft;
}

static void
gather(DccEvidence *self, const DccRunEnd *end, DccBundleDraft *draft, const DccEvidenceCall *call)
{
    Gathering *gathering = g_new0(Gathering, 1);

    *gathering = (Gathering){.evidence = g_rc_box_acquire(self),
                             .draft = draft,
                             .func = call->func,
                             .data = call->data,
                             .destroy = call->destroy};
    replace(&self->incarnation, end->incarnation);
    self->open = TRUE;
    self->promises = FALSE;
    self->awaited = gathering;
    self->timer = dcc_clock_add(self->clock, PATIENCE_MS, on_late, self);
    dcc_store_writer_push_then(self->writer, write_draft, on_written, gathering, gathering_free);
}

void
dcc_evidence_gather(DccEvidence *self,
                    DccRun *run,
                    const DccRunEnd *end,
                    DccRescueFile *keep,
                    const DccEvidenceCall *call)
{
    Sources sources = make_sources(run);

    g_return_if_fail(self->awaited == NULL);
    gather(self, end, make_draft(self, end, &sources, keep), call);
}

void
dcc_evidence_gather_stale(DccEvidence *self,
                          const DccRunSetup *setup,
                          const DccRunEnd *end,
                          const DccEvidenceCall *call)
{
    Sources sources = {.app_version = dcc_installation_get_version(setup->installation),
                       .executable = dcc_installation_get_executable(setup->installation),
                       .log_bytes = -1};

    g_return_if_fail(self->awaited == NULL);
    gather(self, end, make_draft(self, end, &sources, NULL), call);
}

/* -- What is added to it -- */

typedef struct {
    DccEvidence *evidence; /* held */
    DccBundleNote *note;
} Adding;

static void
adding_free(gpointer data)
{
    Adding *adding = data;

    dcc_bundle_note_free(adding->note);
    evidence_release(adding->evidence);
    g_free(adding);
}

static void
write_note(gpointer data)
{
    dcc_bundle_note_write(((Adding *)data)->note);
}

static void
on_added(gpointer data)
{
    Adding *adding = data;

    if (adding->note->failed && !adding->evidence->closed)
        dcc_event_log_degraded(adding->evidence->log, lost);
}

/* After the bundle itself, for the writer does one after the other. note: (transfer full). */
static void
add(DccEvidence *self, DccBundleNote *note)
{
    Adding *adding = g_new0(Adding, 1);

    note->crashes = g_strdup(self->crashes);
    note->incarnation = g_strdup(self->incarnation);
    *adding = (Adding){.evidence = g_rc_box_acquire(self), .note = note};
    dcc_store_writer_push_then(self->writer, write_note, on_added, adding, adding_free);
}

void
dcc_evidence_add(DccEvidence *self, const char *incarnation, DccRescueKind kind, const char *path)
{
    DccBundleNote *note;

    if (self->incarnation == NULL || !self->open ||
        !g_str_has_prefix(incarnation, self->incarnation))
        return;
    note = g_new0(DccBundleNote, 1);
    note->kind = kind;
    note->file = g_strdup(path);
    add(self, note);
}

void
dcc_evidence_note_next(DccEvidence *self, const DccEvidenceNext *next)
{
    gboolean open = self->open && self->incarnation != NULL;
    DccBundleNote *note;
    DccDeathNext *what;

    self->open = FALSE;
    self->promises = open && g_str_equal(next->action, "restart");
    if (!open)
        return;
    what = dcc_fields_new(&dcc_death_next_table);
    what->action = g_strdup(next->action);
    what->reason = g_strdup(next->reason != NULL ? next->reason : "");
    what->safe = next->safe;
    what->recover = next->recover && next->work != NULL;
    if (next->work != NULL) {
        what->work = dcc_fields_new(&dcc_death_file_table);
        what->work->kind =
            g_strdup(dcc_enum_to_nick(DCC_TYPE_RESCUE_KIND, dcc_rescue_file_get_kind(next->work)));
        what->work->path = g_strdup(dcc_rescue_file_get_path(next->work));
    }
    note = g_new0(DccBundleNote, 1);
    note->next = what;
    add(self, note);
}

void
dcc_evidence_break_promise(DccEvidence *self, const char *why)
{
    DccEvidenceNext next = {.action = "rest", .reason = why};

    self->open = self->promises;
    dcc_evidence_note_next(self, &next);
}

const char *
dcc_evidence_get_bundle(DccEvidence *self)
{
    return self->bundle;
}

/* A bundle's name ends with the first letters of its run. */
void
dcc_evidence_restore(DccEvidence *self, const char *bundle, gboolean open, gboolean promises)
{
    g_autofree char *name = bundle != NULL ? g_path_get_basename(bundle) : NULL;
    const char *run = NULL;

    if (name != NULL && !dcc_bundle_is_name(name, &run))
        run = NULL;
    replace(&self->bundle, bundle);
    replace(&self->incarnation, run);
    self->open = open;
    self->promises = promises;
}
