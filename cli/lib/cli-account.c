/* The account of a foreground launch. */
#include "cli-account.h"

#include "cli-render-report.h"
#include "cli-sentence.h"
#include "cli-status.h"
#include "cli-text.h"
#include "dcc-json.h"
#include <string.h>

struct _CliAccount {
    gboolean progress_lines;
    CliAccountFunc func;
    gpointer data;

    char *state;
    char *health;
    char *progress;
    char *pending; /* an exit that waits for what follows */
    gboolean pending_is_bad;
    char *cleared; /* what was ended beside it, to be told after the exit */
    gint64 pid;
    gint64 run_began; /* monotonic; when we heard of it */
    gboolean started;
    gboolean ready;
    gboolean over;
    JsonObject *result;
    JsonObject *rendered;
    JsonArray *log_tail;
};

CliAccount *
cli_account_new(gboolean progress_lines, CliAccountFunc func, gpointer data)
{
    CliAccount *self = g_new0(CliAccount, 1);

    self->progress_lines = progress_lines;
    self->func = func;
    self->data = data;
    self->state = g_strdup("starting");
    self->pid = -1;
    return self;
}

static void
tell(CliAccount *self, CliTone tone, const char *line)
{
    if (self->func != NULL)
        self->func(line, tone, self->data);
}

static void
tell_event(CliAccount *self, CliTone tone, JsonObject *event)
{
    g_autofree char *line = cli_sentence_event(event);

    tell(self, tone, line);
}

/* (transfer full) (nullable): the state that followed a bad end says what it was. */
static char *
take_pending(CliAccount *self)
{
    g_autofree char *words = g_steal_pointer(&self->pending);
    gboolean failed = strcmp(self->state, "failed") == 0;

    if (words == NULL || !self->pending_is_bad)
        return g_steal_pointer(&words);
    return g_strdup_printf("%s: %s", failed ? "failed" : "crashed", words);
}

static void
tell_cleared(CliAccount *self)
{
    g_autofree char *line = g_steal_pointer(&self->cleared);

    if (line != NULL)
        tell(self, CLI_TONE_PLAIN, line);
}

void
cli_account_flush(CliAccount *self)
{
    g_autofree char *line = take_pending(self);

    if (line != NULL)
        tell(self, CLI_TONE_BAD, line);
    tell_cleared(self);
}

gboolean
cli_account_has_pending(CliAccount *self)
{
    return self->pending != NULL;
}

static void
on_started(CliAccount *self, JsonObject *event)
{
    self->started = TRUE;
    self->ready = FALSE;
    self->pid = dcc_json_get_int(event, "pid", -1);
    self->run_began = g_get_monotonic_time();
    g_clear_pointer(&self->progress, g_free);
    g_clear_pointer(&self->health, g_free);
    tell_event(self, CLI_TONE_PLAIN, event);
}

static void
on_running(CliAccount *self, const char *from)
{
    double seconds = (double)(g_get_monotonic_time() - self->run_began) / G_USEC_PER_SEC;
    g_autofree char *took = cli_duration_text(seconds);
    g_autofree char *line = NULL;

    self->ready = TRUE;
    if (strcmp(from, "unresponsive") == 0)
        line = g_strdup("responds again");
    else
        line = g_strdup_printf("running, ready after %s", took);
    tell(self, CLI_TONE_GOOD, line);
}

static void
on_state(CliAccount *self, JsonObject *event)
{
    const char *to = dcc_json_get_string(event, "to", "");
    const char *from = dcc_json_get_string(event, "from", "");

    g_free(self->state);
    self->state = cli_escape(to);
    if (strcmp(to, "running") == 0)
        on_running(self, from);
    else if (strcmp(to, "unresponsive") == 0)
        tell_event(self, CLI_TONE_BAD, event);
    else if (strcmp(to, "stopping") == 0)
        tell_event(self, CLI_TONE_PLAIN, event);
}

/* A verdict that calls for no action is no crash, whatever the number. */
static gboolean
is_bad_end(JsonObject *result)
{
    static const char *const good[] = {"clean", "cancelled", NULL};

    return strcmp(dcc_json_get_string(result, "kind", ""), "stopped") != 0 &&
           !g_strv_contains(good, dcc_json_get_string(result, "verdict", ""));
}

static void
on_end_of_run(CliAccount *self, JsonObject *event)
{
    JsonObject *result = dcc_json_get_object(event, "result");
    const char *kind = dcc_json_get_string(result, "kind", "");

    cli_account_flush(self);
    self->ready = FALSE;
    g_clear_pointer(&self->progress, g_free);
    self->pending = cli_sentence_event(event);
    self->pending_is_bad = is_bad_end(result) && strcmp(kind, "start-failed") != 0;
}

static void
on_cleared(CliAccount *self, JsonObject *event)
{
    g_free(self->cleared);
    self->cleared = cli_sentence_event(event);
    if (self->pending == NULL)
        tell_cleared(self);
}

static void
on_restart(CliAccount *self, JsonObject *event)
{
    g_autofree char *exit = take_pending(self);
    g_autofree char *restart = cli_sentence_event(event);
    g_autofree char *line = NULL;

    if (exit != NULL)
        line = g_strdup_printf("%s; %s", exit, restart);
    tell(self, CLI_TONE_BAD, line != NULL ? line : restart);
    tell_cleared(self);
}

static void
on_progress(CliAccount *self, JsonObject *event)
{
    g_autofree char *before = g_steal_pointer(&self->progress);

    self->progress = cli_sentence_progress(event);
    if (self->progress_lines && self->progress != NULL && g_strcmp0(self->progress, before) != 0)
        tell(self, CLI_TONE_PLAIN, self->progress);
}

static void
on_health(CliAccount *self, JsonObject *event)
{
    g_free(self->health);
    self->health = cli_sentence_health(event);
}

static void
on_log_tail(CliAccount *self, JsonObject *event)
{
    JsonArray *lines = dcc_json_get_array(event, "lines");

    g_clear_pointer(&self->log_tail, json_array_unref);
    if (lines != NULL)
        self->log_tail = json_array_ref(lines);
}

/* The exit told just before says all that a result says; without one the result has the word. */
static void
on_ended(CliAccount *self, JsonObject *event)
{
    JsonObject *result = dcc_json_get_object(event, "result");
    CliTone tone = is_bad_end(result) ? CLI_TONE_BAD : CLI_TONE_GOOD;
    g_autofree char *line = cli_sentence_event(event);

    self->over = TRUE;
    g_free(self->state);
    self->state = cli_escape(dcc_json_get_string(event, "state", "stopped"));
    if (result != NULL)
        self->result = json_object_ref(result);
    g_clear_pointer(&self->pending, g_free);
    tell_cleared(self);
    tell(self, tone, line);
}

static void
on_bad(CliAccount *self, JsonObject *event)
{
    cli_account_flush(self);
    tell_event(self, CLI_TONE_BAD, event);
}

static void
on_plain(CliAccount *self, JsonObject *event)
{
    tell_event(self, CLI_TONE_PLAIN, event);
}

static void
on_frame(CliAccount *self, JsonObject *event)
{
    g_autofree char *line = cli_render_report_frame(event);

    tell(self, CLI_TONE_GOOD, line);
}

static void
on_rendered(CliAccount *self, JsonObject *event)
{
    g_clear_pointer(&self->rendered, json_object_unref);
    self->rendered = json_object_ref(event);
}

static const struct {
    const char *type;
    void (*func)(CliAccount *self, JsonObject *event);
} handlers[] = {
    {"started", on_started},
    {"state", on_state},
    {"exit", on_end_of_run},
    {"cleared", on_cleared},
    {"restart", on_restart},
    {"gave-up", on_bad},
    {"progress", on_progress},
    {"frame", on_frame},
    {"rendered", on_rendered},
    {"health", on_health},
    {"log-tail", on_log_tail},
    {"ended", on_ended},
    {"output", on_bad},
    {"degraded", on_bad},
    {"rescue", on_plain},
    {"recovery", on_plain},
    {"step", on_plain},
    {"adopted", on_plain},
};

void
cli_account_feed(CliAccount *self, JsonObject *event)
{
    const char *type = dcc_json_get_string(event, "type", "");

    for (guint i = 0; i < G_N_ELEMENTS(handlers); i++)
        if (strcmp(type, handlers[i].type) == 0)
            handlers[i].func(self, event);
}

char *
cli_account_status_line(CliAccount *self, gint64 now)
{
    GString *line = g_string_new(self->state);
    gboolean live = self->pid > 0 && self->pending == NULL;

    if (live) {
        g_autofree char *uptime =
            cli_duration_text((double)(now - self->run_began) / G_USEC_PER_SEC);

        g_string_append_printf(line, ", pid %" G_GINT64_FORMAT ", %s", self->pid, uptime);
    }
    if (self->progress != NULL)
        g_string_append_printf(line, " %s", self->progress);
    else if (self->health != NULL && strcmp(self->health, "ok") != 0)
        g_string_append_printf(line, ", %s", self->health);
    return g_string_free(line, FALSE);
}

gboolean
cli_account_is_started(CliAccount *self)
{
    return self->started;
}

gboolean
cli_account_is_ready(CliAccount *self)
{
    return self->ready;
}

gboolean
cli_account_is_over(CliAccount *self)
{
    return self->over;
}

gint64
cli_account_get_pid(CliAccount *self)
{
    return self->pid;
}

int
cli_account_get_exit_status(CliAccount *self)
{
    return cli_status_get_exit_code(self->result);
}

JsonObject *
cli_account_get_result(CliAccount *self)
{
    return self->result;
}

JsonObject *
cli_account_get_rendered(CliAccount *self)
{
    return self->rendered;
}

JsonArray *
cli_account_get_log_tail(CliAccount *self)
{
    return self->log_tail;
}

void
cli_account_free(CliAccount *self)
{
    g_free(self->state);
    g_free(self->health);
    g_free(self->progress);
    g_free(self->pending);
    g_free(self->cleared);
    g_clear_pointer(&self->result, json_object_unref);
    g_clear_pointer(&self->rendered, json_object_unref);
    g_clear_pointer(&self->log_tail, json_array_unref);
    g_free(self);
}
