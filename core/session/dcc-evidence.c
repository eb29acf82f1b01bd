/* The evidence of bad ends; see the header. */
#include "dcc-evidence.h"

#include "dcc-bundle.h"
#include "dcc-enum-types.h"
#include "dcc-events.h"
#include "dcc-fds.h"
#include "dcc-file-facts.h"
#include "dcc-json.h"
#include "dcc-log-ring.h"

#include <string.h>

#define LOG_BYTES    (64 * 1024)
#define MAX_EVIDENCE 20
#define LAST_LINES   8

/* What a bundle says beside the end. All borrowed. */
typedef struct {
    const char *app_version;
    const char *executable;
    const char *temp_dir;           /* lines that name it are written anew; NULL: none */
    const char *const *environment; /* redacted; NULL: not known */
    DccResourceRing *curve;         /* NULL: none */
    gint64 log_bytes;               /* of this run's output; -1: not known */
} Sources;

struct _DccEvidence {
    DccLaunchRequest *request;
    DccEventLog *log;
    char *crashes;
    char *rescue_dir;
    char *log_path;
    char *bundle;
    gboolean open; /* what followed is not in it yet */
};

/* Work is listed where it lies; evidence goes into the bundle. */
static gboolean
is_evidence(DccRescueKind kind)
{
    return kind == DCC_RESCUE_CRASH_REPORT || kind == DCC_RESCUE_STACKS;
}

DccEvidence *
dcc_evidence_new(DccInstanceDir *dir, DccLaunchRequest *request, DccEventLog *log)
{
    DccEvidence *self = g_new0(DccEvidence, 1);

    self->request = g_object_ref(request);
    self->log = log;
    self->crashes = dcc_instance_dir_get_state_file(dir, DCC_BUNDLE_DIR);
    self->rescue_dir = dcc_instance_dir_get_state_file(dir, "rescue");
    self->log_path = dcc_instance_dir_get_state_file(dir, DCC_INSTANCE_DIR_LOG);
    return self;
}

void
dcc_evidence_free(DccEvidence *self)
{
    if (self == NULL)
        return;
    g_object_unref(self->request);
    g_free(self->crashes);
    g_free(self->rescue_dir);
    g_free(self->log_path);
    g_free(self->bundle);
    g_free(self);
}

/* Where a file lies now that the application wrote of in its temporary directory; NULL: nothing was
 * brought from there. */
static const char *
find_rescued(const DccRunEnd *end, const char *name)
{
    for (guint i = 0; i < end->files->len; i++) {
        const char *path = dcc_rescue_file_get_path(g_ptr_array_index(end->files, i));

        if (g_str_has_suffix(path, name) && strlen(path) > strlen(name) &&
            path[strlen(path) - strlen(name) - 1] == '-')
            return path;
    }
    return NULL;
}

/* (transfer full): a text that names a file where it lay when the application wrote of it, with the
 * place that it was brought to. */
static char *
name_anew(const DccRunEnd *end, const char *temp_dir, const char *text)
{
    const char *at = temp_dir != NULL && text != NULL ? strstr(text, temp_dir) : NULL;
    const char *base = at != NULL ? at + strlen(temp_dir) : NULL;
    g_autofree char *name = NULL, *head = NULL;
    const char *target;

    if (base == NULL || *base != '/')
        return g_strdup(text != NULL ? text : "");
    name = g_strndup(base + 1, strcspn(base + 1, "/'\" ,;\t"));
    target = *name != '\0' ? find_rescued(end, name) : NULL;
    if (target == NULL)
        return g_strdup(text);
    head = g_strndup(text, (gsize)(at - text));
    return g_strconcat(head, target, base + 1 + strlen(name), NULL);
}

static JsonObject *
make_result(const DccRunEnd *end, const char *temp_dir)
{
    JsonObject *result = dcc_object_from_result(end->result);
    g_autofree char *reason = name_anew(end, temp_dir, dcc_result_get_reason(end->result));

    json_object_set_string_member(result, "reason", reason);
    return result;
}

static void
add_lines(DccDeath *death, const DccRunEnd *end, const char *temp_dir)
{
    guint n = end->significant->len;
    guint length = end->last_lines != NULL ? g_strv_length(end->last_lines) : 0;

    for (guint i = n > MAX_EVIDENCE ? n - MAX_EVIDENCE : 0; i < n; i++) {
        DccOutputEvent *event = g_ptr_array_index(end->significant, i);
        g_autofree char *text = name_anew(end, temp_dir, dcc_output_event_get_text(event));

        dcc_death_add_line(
            death, dcc_enum_to_nick(DCC_TYPE_OUTPUT_KIND, dcc_output_event_get_kind(event)), text);
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
    death->result = make_result(end, facts->temp_dir);
    death->signal_from = end->our_signal ? g_strdup("dcchost") : NULL;
    death->ready = end->ready;
    death->hung = end->hung;
    death->requested = end->requested;
    death->headless = end->headless;
    death->safe = end->safe;
    death->recovered = g_strdup(end->recovered);
    death->scene = g_strdup(end->scene);
    death->log_path = g_strdup(self->log_path);
    add_lines(death, end, facts->temp_dir);
    for (guint i = 0; i < end->files->len; i++) {
        DccRescueFile *file = g_ptr_array_index(end->files, i);

        add_file(death, dcc_rescue_file_get_kind(file), dcc_rescue_file_get_path(file));
    }
    return death;
}

/* The last of this run's own output, also when the log was rotated in between. */
static GString *
read_log(DccEvidence *self, gint64 log_bytes)
{
    gint64 left = log_bytes >= 0 ? MIN(log_bytes, LOG_BYTES) : LOG_BYTES;
    GString *text = g_string_new(NULL);
    int fd;

    for (guint i = 0; left > 0 && (fd = dcc_log_ring_open(self->log_path, i)) >= 0; i++) {
        DccFileFacts facts;
        gint64 part = dcc_file_facts_read_open(fd, &facts) ? MIN(left, facts.size) : 0;
        g_autofree char *bytes = g_malloc((gsize)part + 1);
        gssize got = part > 0 ? dcc_fds_read_at(fd, facts.size - part, bytes, (gsize)part) : 0;

        dcc_fds_close(&fd);
        if (got > 0)
            g_string_prepend_len(text, bytes, got);
        left -= MAX(got, 0);
    }
    return text;
}

static gboolean
write_texts(DccEvidence *self, DccBundle *bundle, DccDeath *death, const Sources *facts)
{
    g_autoptr(JsonObject) object = dcc_death_to_json(death);
    g_autofree char *line = dcc_json_to_line(object);
    g_autoptr(GString) log = read_log(self, facts->log_bytes);
    g_autofree char *curve = facts->curve != NULL ? dcc_resource_ring_to_text(facts->curve) : NULL;
    g_autofree char *env =
        facts->environment != NULL ? g_strjoinv("\n", (char **)facts->environment) : NULL;
    g_autofree char *lines = env != NULL ? g_strconcat(env, "\n", NULL) : NULL;

    return dcc_bundle_write(bundle, DCC_BUNDLE_DEATH, line, -1) &&
           dcc_bundle_write(bundle, "log.txt", log->str, (gssize)log->len) &&
           (curve == NULL || dcc_bundle_write(bundle, "resources.tsv", curve, -1)) &&
           (lines == NULL || dcc_bundle_write(bundle, "environment.txt", lines, -1));
}

/* (transfer full): its name in the bundle: that which the application gave it. */
static char *
name_in_bundle(const char *incarnation, const char *path)
{
    g_autofree char *base = g_path_get_basename(path);
    g_autofree char *prefix = g_strdup_printf("%.8s-", incarnation);

    return g_strdup(g_str_has_prefix(base, prefix) ? base + strlen(prefix) : base);
}

static gboolean
add_evidence(DccBundle *bundle, const DccRunEnd *end)
{
    gboolean all = TRUE;

    for (guint i = 0; i < end->files->len; i++) {
        DccRescueFile *file = g_ptr_array_index(end->files, i);
        const char *path = dcc_rescue_file_get_path(file);
        g_autofree char *name = name_in_bundle(end->incarnation, path);

        if (is_evidence(dcc_rescue_file_get_kind(file)))
            all = dcc_bundle_add_file(bundle, name, path) && all;
    }
    return all;
}

static char *
write_bundle(DccEvidence *self, const DccRunEnd *end, const Sources *facts)
{
    g_autoptr(DccBundle) bundle = dcc_bundle_new(self->crashes, NULL);
    g_autoptr(DccDeath) death = make_death(self, end, facts);

    if (bundle == NULL || !write_texts(self, bundle, death, facts) || !add_evidence(bundle, end))
        return NULL;
    return dcc_bundle_seal(bundle, end->ended_wall, end->incarnation);
}

static Sources
make_sources(DccRun *run)
{
    const DccRunSetup *setup = dcc_run_get_setup(run);

    return (Sources){
        .app_version = dcc_installation_get_version(setup->installation),
        .executable = dcc_installation_get_executable(setup->installation),
        .temp_dir = setup->temp_dir,
        .environment = dcc_run_get_environment(run),
        .curve = dcc_run_get_curve(run),
        .log_bytes = dcc_run_get_log_bytes(run),
    };
}

static const char *
gather(DccEvidence *self, const DccRunEnd *end, const Sources *sources, DccRescueFile *keep)
{
    DccSettings *settings = dcc_launch_request_get_settings(self->request);

    g_free(self->bundle);
    /* A session that died right after it had gathered this one has left it to us. */
    self->bundle = dcc_bundle_find(self->crashes, end->incarnation);
    self->open = TRUE;
    if (self->bundle != NULL)
        return self->bundle;
    self->bundle = write_bundle(self, end, sources);
    if (self->bundle == NULL) {
        dcc_event_log_degraded(self->log, "the evidence of a crash cannot be written");
        return NULL;
    }
    dcc_event_log_tell(self->log, dcc_event_bundle(end->incarnation, self->bundle));
    dcc_bundle_trim(self->crashes,
                    self->rescue_dir,
                    (guint)dcc_settings_get(settings, DCC_SETTING_BUNDLES),
                    (guint64)dcc_settings_get(settings, DCC_SETTING_BUNDLE_SIZE),
                    keep != NULL ? dcc_rescue_file_get_path(keep) : NULL);
    return self->bundle;
}

const char *
dcc_evidence_gather(DccEvidence *self, DccRun *run, const DccRunEnd *end, DccRescueFile *keep)
{
    Sources sources = make_sources(run);

    return gather(self, end, &sources, keep);
}

const char *
dcc_evidence_gather_stale(DccEvidence *self, const DccRunSetup *setup, const DccRunEnd *end)
{
    Sources sources = {.app_version = dcc_installation_get_version(setup->installation),
                       .executable = dcc_installation_get_executable(setup->installation),
                       .temp_dir = setup->temp_dir,
                       .log_bytes = -1};

    return gather(self, end, &sources, NULL);
}

/* (transfer full): what the newest bundle says; NULL: there is none, or it is closed. */
static DccDeath *
reopen(DccEvidence *self, char **path)
{
    if (self->bundle == NULL || !self->open)
        return NULL;
    *path = g_build_filename(self->bundle, DCC_BUNDLE_DEATH, NULL);
    return dcc_death_read(*path, NULL);
}

static void
write_again(DccEvidence *self, const char *path, DccDeath *death)
{
    if (!dcc_death_write(path, death, NULL))
        dcc_event_log_degraded(self->log, "the evidence of a crash cannot be written");
}

void
dcc_evidence_add(DccEvidence *self, const char *incarnation, DccRescueKind kind, const char *path)
{
    g_autofree char *file = NULL, *name = NULL;
    g_autoptr(DccDeath) death = reopen(self, &file);

    if (death == NULL || g_strcmp0(death->incarnation, incarnation) != 0)
        return;
    name = name_in_bundle(incarnation, path);
    if (is_evidence(kind) && !dcc_bundle_extend(self->bundle, name, path))
        dcc_event_log_degraded(self->log, "the evidence of a crash cannot be written");
    add_file(death, kind, path);
    write_again(self, file, death);
}

void
dcc_evidence_note_next(DccEvidence *self, const DccEvidenceNext *next)
{
    g_autofree char *file = NULL;
    g_autoptr(DccDeath) death = reopen(self, &file);

    self->open = FALSE;
    if (death == NULL)
        return;
    death->next = dcc_fields_new(&dcc_death_next_table);
    death->next->action = g_strdup(next->action);
    death->next->reason = g_strdup(next->reason != NULL ? next->reason : "");
    death->next->safe = next->safe;
    death->next->recover = next->recover && next->work != NULL;
    if (next->work != NULL) {
        death->next->work = dcc_fields_new(&dcc_death_file_table);
        death->next->work->kind =
            g_strdup(dcc_enum_to_nick(DCC_TYPE_RESCUE_KIND, dcc_rescue_file_get_kind(next->work)));
        death->next->work->path = g_strdup(dcc_rescue_file_get_path(next->work));
    }
    write_again(self, file, death);
}

const char *
dcc_evidence_get_bundle(DccEvidence *self)
{
    return self->bundle;
}

void
dcc_evidence_restore(DccEvidence *self, const char *bundle, gboolean open)
{
    char *copy = g_strdup(bundle);

    g_free(self->bundle);
    self->bundle = copy;
    self->open = open;
}
