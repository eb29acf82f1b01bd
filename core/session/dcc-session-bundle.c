/* After a bad end: the evidence of it is gathered into a bundle, once for each life.
 *
 * None of it may cost the instance anything: what cannot be written is told as degraded, and the
 * next life begins all the same. */
#include "dcc-session-private.h"

#include "dcc-bundle.h"
#include "dcc-enum-types.h"
#include "dcc-json.h"
#include "dcc-log-ring.h"
#include "dcc-redact.h"

#include <sys/stat.h>
#include <unistd.h>

#define LOG_BYTES    (64 * 1024)
#define MAX_EVIDENCE 20

static const struct {
    DccRescueKind kind;
    gboolean evidence; /* goes into the bundle; work is listed where it lies */
} kinds[] = {
    {DCC_RESCUE_CRASH_REPORT, TRUE},
    {DCC_RESCUE_STACKS, TRUE},
    {DCC_RESCUE_AUTOSAVE, FALSE},
    {DCC_RESCUE_RECOVERY, FALSE},
    {DCC_RESCUE_COPY, FALSE},
};

static gboolean
is_evidence(const char *nick)
{
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (g_str_equal(dcc_enum_to_nick(DCC_TYPE_RESCUE_KIND, kinds[i].kind), nick))
            return kinds[i].evidence;
    return FALSE;
}

/* Before its directories go: what is known of its environment can be shown to others. */
void
dcc_session_keep_environment(DccLife *life, const char *const *env)
{
    g_strfreev(life->environment);
    life->environment = dcc_redact_environ(env);
}

void
dcc_session_sample(DccSession *self)
{
    DccLife *life = self->life;
    DccTreeSample sample;

    if (life == NULL || life->exited || life->pid <= 0)
        return;
    sample = dcc_tree_sample(life->pid);
    dcc_resource_ring_add(life->curve, &sample, dcc_clock_now(self->clock), g_get_real_time());
}

/* What a file was brought into safety for this life. */
void
dcc_session_note_file(DccSession *self, DccRescueKind kind, const char *path)
{
    JsonObject *file;

    if (self->life == NULL)
        return;
    file = json_object_new();
    json_object_set_string_member(file, "kind", dcc_enum_to_nick(DCC_TYPE_RESCUE_KIND, kind));
    dcc_json_set_bytes(file, "path", path);
    if (self->life->files == NULL)
        self->life->files = json_array_new();
    json_array_add_object_element(self->life->files, file);
}

/* Bytes of this life's own output; who buries what another session left has read none of it. */
static gint64
count_log(DccSession *self)
{
    struct stat st;

    if (self->life->log != NULL)
        return dcc_log_reader_get_total(self->life->log);
    if (stat(self->log_path, &st) != 0)
        return 0;
    return st.st_size >= self->life->log_start ? st.st_size - self->life->log_start : LOG_BYTES;
}

/* The last of this life's own output, also when the log was cut in between. */
static GString *
read_log(DccSession *self)
{
    gint64 left = MIN(count_log(self), LOG_BYTES);
    GString *text = g_string_new(NULL);
    int fd;

    for (guint i = 0; left > 0 && (fd = dcc_log_ring_open(self->log_path, i)) >= 0; i++) {
        struct stat st;
        gint64 part = fstat(fd, &st) == 0 ? MIN(left, st.st_size) : 0;
        g_autofree char *bytes = g_malloc((gsize)part + 1);
        gssize got = part > 0 ? pread(fd, bytes, (gsize)part, st.st_size - part) : 0;

        close(fd);
        if (got > 0)
            g_string_prepend_len(text, bytes, got);
        left -= MAX(got, 0);
    }
    return text;
}

/* (transfer full): a text that names a file where it lay when the application wrote of it, with the
 * place where it was brought. */
static char *
name_anew(DccSession *self, const char *text)
{
    const char *temp_dir = self->life->temp_dir;
    const char *at = temp_dir != NULL && text != NULL ? strstr(text, temp_dir) : NULL;
    const char *base = at != NULL ? at + strlen(temp_dir) : NULL;
    g_autofree char *name = NULL, *target = NULL, *head = NULL;

    if (base == NULL || *base != '/')
        return g_strdup(text != NULL ? text : "");
    name = g_strndup(base + 1, strcspn(base + 1, "/'\" ,;\t"));
    target = g_strdup_printf("%s/%.8s-%s", self->rescue_dir, self->life->incarnation, name);
    if (*name == '\0' || !g_file_test(target, G_FILE_TEST_IS_REGULAR))
        return g_strdup(text);
    head = g_strndup(text, (gsize)(at - text));
    return g_strconcat(head, target, base + 1 + strlen(name), NULL);
}

static JsonObject *
make_result(DccSession *self)
{
    JsonObject *result = dcc_session_result_to_object(self->result);
    g_autofree char *reason = name_anew(self, dcc_json_get_string(result, "reason", ""));

    json_object_set_string_member(result, "reason", reason);
    return result;
}

static JsonArray *
list_evidence(DccSession *self)
{
    DccLife *life = self->life;
    JsonArray *array = json_array_new();
    guint first = life->telling->len > MAX_EVIDENCE ? life->telling->len - MAX_EVIDENCE : 0;

    for (guint i = first; i < life->telling->len; i++) {
        DccOutputEvent *event = g_ptr_array_index(life->telling, i);
        g_autofree char *text = name_anew(self, dcc_output_event_get_text(event));
        JsonObject *line = json_object_new();

        json_object_set_string_member(
            line, "kind", dcc_enum_to_nick(DCC_TYPE_OUTPUT_KIND, dcc_output_event_get_kind(event)));
        json_object_set_string_member(line, "text", text);
        json_array_add_object_element(array, line);
    }
    return array;
}

static JsonArray *
list_last_lines(DccLife *life)
{
    g_auto(GStrv) lines = life->last_lines != NULL ? dcc_line_ring_list(life->last_lines, 8) : NULL;
    JsonArray *array = json_array_new();

    for (guint i = 0; lines != NULL && lines[i] != NULL; i++)
        json_array_add_string_element(array, lines[i]);
    return array;
}

static void
set_bytes(JsonObject *object, const char *member, const char *value)
{
    if (value != NULL)
        dcc_json_set_bytes(object, member, value);
    else
        json_object_set_null_member(object, member);
}

static void
set_times(JsonObject *death, DccLife *life)
{
    g_autofree char *began = dcc_journal_time(life->began_wall);
    g_autofree char *ended = dcc_journal_time(life->ended_wall);

    json_object_set_string_member(death, "began", began);
    json_object_set_string_member(death, "ended", ended);
    json_object_set_double_member(
        death, "uptime_s", (double)(life->ended_wall - life->began_wall) / G_USEC_PER_SEC);
}

static JsonObject *
make_death(DccSession *self)
{
    DccLife *life = self->life;
    JsonObject *death = json_object_new();
    const char *executable =
        self->installation != NULL ? dcc_installation_get_executable(self->installation) : NULL;

    json_object_set_int_member(death, "version", DCC_DEATH_VERSION);
    json_object_set_string_member(death, "name", dcc_session_get_name(self));
    json_object_set_string_member(death, "app", dcc_session_get_app(self));
    set_bytes(death, "app_version", self->version);
    set_bytes(death, "executable", executable);
    json_object_set_string_member(death, "incarnation", life->incarnation);
    json_object_set_int_member(death, "pid", life->pid);
    set_times(death, life);
    json_object_set_object_member(death, "result", make_result(self));
    set_bytes(death, "signal_from", life->our_signal ? "dcchost" : NULL);
    json_object_set_boolean_member(death, "ready", life->ready);
    json_object_set_boolean_member(death, "hung", life->n_hang_reports > 0);
    json_object_set_boolean_member(death, "requested", life->requested);
    json_object_set_boolean_member(
        death, "headless", dcc_launch_request_is_headless(self->request));
    json_object_set_boolean_member(death, "safe", dcc_launch_request_is_safe(life->request));
    set_bytes(death, "recovered", life->recovered);
    set_bytes(death, "scene", life->scene);
    json_object_set_array_member(death, "evidence", list_evidence(self));
    json_object_set_array_member(death, "last_lines", list_last_lines(life));
    json_object_set_array_member(
        death, "files", life->files != NULL ? json_array_ref(life->files) : json_array_new());
    set_bytes(death, "log_path", self->log_path);
    json_object_set_null_member(death, "next");
    return death;
}

static gboolean
write_texts(DccSession *self, DccBundle *bundle, JsonObject *death)
{
    DccLife *life = self->life;
    GString *log = read_log(self);
    g_autofree char *log_text = NULL;
    gssize log_length = (gssize)log->len;
    g_autofree char *curve = dcc_resource_ring_to_text(life->curve);
    g_autofree char *env = life->environment != NULL ? g_strjoinv("\n", life->environment) : NULL;
    g_autofree char *lines = env != NULL ? g_strconcat(env, "\n", NULL) : NULL;
    g_autofree char *line = dcc_json_to_line(death);

    log_text = g_string_free(log, FALSE);
    return dcc_bundle_write(bundle, DCC_BUNDLE_DEATH, line, -1) &&
           dcc_bundle_write(bundle, "log.txt", log_text, log_length) &&
           dcc_bundle_write(bundle, "resources.tsv", curve, -1) &&
           (lines == NULL || dcc_bundle_write(bundle, "environment.txt", lines, -1));
}

static gboolean
add_evidence(DccSession *self, DccBundle *bundle)
{
    JsonArray *files = self->life->files;
    gboolean all = TRUE;

    for (guint i = 0; files != NULL && i < json_array_get_length(files); i++) {
        JsonObject *file = json_array_get_object_element(files, i);
        g_autofree char *path = dcc_json_get_bytes(file, "path");
        g_autofree char *base = g_path_get_basename(path);
        g_autofree char *prefix = g_strdup_printf("%.8s-", self->life->incarnation);
        const char *name = g_str_has_prefix(base, prefix) ? base + strlen(prefix) : base;

        if (is_evidence(dcc_json_get_string(file, "kind", "")))
            all = dcc_bundle_add_file(bundle, name, path) && all;
    }
    return all;
}

static void
tell_bundle(DccSession *self)
{
    JsonObject *event = dcc_session_event("bundle");

    json_object_set_string_member(event, "incarnation", self->life->incarnation);
    dcc_json_set_bytes(event, "path", self->bundle);
    dcc_session_tell(self, event);
}

static char *
gather(DccSession *self, const char *crashes)
{
    g_autoptr(DccBundle) bundle = dcc_bundle_new(crashes, NULL);
    g_autoptr(JsonObject) death = make_death(self);

    if (bundle == NULL || !write_texts(self, bundle, death) || !add_evidence(self, bundle))
        return NULL;
    return dcc_bundle_seal(bundle, self->life->ended_wall, self->life->incarnation);
}

static void
trim(DccSession *self, const char *crashes)
{
    const char *keep = self->work != NULL ? dcc_rescue_file_get_path(self->work) : NULL;

    dcc_bundle_trim(crashes,
                    self->rescue_dir,
                    (guint)dcc_settings_get(self->settings, DCC_SETTING_BUNDLES),
                    (guint64)dcc_settings_get(self->settings, DCC_SETTING_BUNDLE_SIZE),
                    keep);
}

void
dcc_session_gather(DccSession *self)
{
    g_autofree char *crashes = dcc_instance_dir_get_state_file(self->instance_dir, DCC_BUNDLE_DIR);

    if (!self->life->bad || self->result == NULL)
        return;
    self->life->bad = FALSE; /* once */
    g_free(self->bundle);
    /* A session that died right after it had gathered this one has left it to us. */
    self->bundle = dcc_bundle_find(crashes, self->life->incarnation);
    self->bundle_open = TRUE;
    if (self->bundle != NULL)
        return;
    self->bundle = gather(self, crashes);
    if (self->bundle == NULL) {
        dcc_session_tell_degraded(self, "the evidence of a crash cannot be written");
        return;
    }
    tell_bundle(self);
    trim(self, crashes);
}

/* What followed is known only when the evidence is on disk already. */
void
dcc_session_note_next(DccSession *self, const char *action, const char *reason, gboolean safe)
{
    g_autofree char *path = self->bundle != NULL && self->bundle_open
                                ? g_build_filename(self->bundle, DCC_BUNDLE_DEATH, NULL)
                                : NULL;
    g_autoptr(JsonObject) death = path != NULL ? dcc_instance_dir_read_json(path) : NULL;
    JsonObject *next, *work = dcc_session_work_to_object(self);

    self->bundle_open = FALSE;
    if (death != NULL) {
        next = json_object_new();
        json_object_set_string_member(next, "action", action);
        json_object_set_string_member(next, "reason", reason != NULL ? reason : "");
        json_object_set_boolean_member(next, "safe", safe);
        json_object_set_boolean_member(next, "recover", self->recover_wanted && work != NULL);
        if (work != NULL)
            json_object_set_object_member(next, "work", json_object_ref(work));
        else
            json_object_set_null_member(next, "work");
        json_object_set_object_member(death, "next", next);
        if (!dcc_instance_dir_write_json(path, death, NULL))
            dcc_session_tell_degraded(self, "the evidence of a crash cannot be written");
    }
    g_clear_pointer(&work, json_object_unref);
}
