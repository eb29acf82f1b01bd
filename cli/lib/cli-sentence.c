/* The documented objects in words: one function a type of event, in a table. */
#include "cli-sentence.h"

#include "cli-render-report.h"
#include "cli-text.h"
#include "dcc-json.h"
#include <string.h>

#define BAR_WIDTH 20

/* (transfer full): a member as harmless text; "" when absent. */
static char *
text_of(JsonObject *object, const char *member)
{
    g_autofree char *bytes = dcc_json_get_bytes(object, member);

    return cli_escape(bytes != NULL ? bytes : "");
}

static char *
with_reason(const char *what, JsonObject *object)
{
    g_autofree char *reason = text_of(object, "reason");

    return *reason == '\0' ? g_strdup(what) : g_strdup_printf("%s: %s", what, reason);
}

/* A reason that only says the number again. */
static gboolean
says_nothing_new(JsonObject *result, const char *reason)
{
    gint64 number = dcc_json_get_int(result, "signal", 0),
           code = dcc_json_get_int(result, "code", -1);
    g_autofree char *signal = g_strdup_printf("signal %d", (int)number);
    g_autofree char *exit = g_strdup_printf("exited with code %d", (int)code);

    if (strcmp(dcc_json_get_string(result, "kind", ""), "signaled") == 0)
        return strstr(reason, signal) != NULL;
    return strcmp(reason, exit) == 0;
}

static char *
raw_result(JsonObject *result, const char *kind)
{
    gint64 code = dcc_json_get_int(result, "code", -1),
           number = dcc_json_get_int(result, "signal", 0);
    gint64 likely = dcc_json_get_int(result, "likely_signal", 0);
    g_autofree char *stage = text_of(result, "stage");

    if (strcmp(kind, "signaled") == 0)
        return g_strdup_printf("signal %d%s",
                               (int)number,
                               dcc_json_get_boolean(result, "core_dumped", FALSE) ? " (core dumped)"
                                                                                  : "");
    if (strcmp(kind, "exited") == 0 && likely > 0)
        return g_strdup_printf("exited with code %d (likely signal %d)", (int)code, (int)likely);
    if (strcmp(kind, "exited") == 0)
        return g_strdup_printf("exited with code %d", (int)code);
    if (strcmp(kind, "start-failed") == 0)
        return g_strdup_printf("did not start (%s)", *stage != '\0' ? stage : "unknown stage");
    if (strcmp(kind, "oom") == 0)
        return g_strdup("out of memory, ended by the kernel");
    if (strcmp(kind, "lost") == 0)
        return g_strdup("its end was not seen");
    return cli_escape(kind);
}

/* "WHAT after 12 s: REASON". */
static char *
end_of_run(JsonObject *result, double uptime)
{
    const char *kind = dcc_json_get_string(result, "kind", NULL);
    g_autofree char *what = kind != NULL ? raw_result(result, kind) : g_strdup("ended");
    g_autofree char *reason = text_of(result, "reason");
    GString *text = g_string_new(what);

    if (uptime >= 0) {
        g_autofree char *after = cli_duration_text(uptime);

        g_string_append_printf(text, " after %s", after);
    }
    if (*reason != '\0' && !says_nothing_new(result, reason))
        g_string_append_printf(text, ": %s", reason);
    return g_string_free(text, FALSE);
}

char *
cli_sentence_result(JsonObject *result)
{
    return end_of_run(result, -1);
}

char *
cli_sentence_progress(JsonObject *progress)
{
    double percent = dcc_json_get_double(progress, "percent", -1);
    gint64 remaining = dcc_json_get_int(progress, "remaining_ms", -1);
    GString *text = g_string_new(NULL);

    if (percent >= 0) {
        int done = (int)(MIN(percent, 100.0) * BAR_WIDTH / 100.0);

        g_string_append_c(text, '[');
        for (int i = 0; i < BAR_WIDTH; i++)
            g_string_append_c(text, i < done ? '#' : '.');
        g_string_append_printf(text, "] %d %%", (int)percent);
    }
    /* A frame may well be negative: only its absence says that it is not known. */
    if (progress != NULL && json_object_has_member(progress, "frame") &&
        !json_object_get_null_member(progress, "frame"))
        g_string_append_printf(text,
                               "%sframe %d",
                               text->len > 0 ? " " : "",
                               (int)dcc_json_get_int(progress, "frame", 0));
    if (remaining >= 0) {
        g_autofree char *left = cli_duration_text((double)remaining / 1000);

        g_string_append_printf(text, "%s%s left", text->len > 0 ? ", " : "", left);
    }
    return g_string_free(text, text->len == 0);
}

char *
cli_sentence_health(JsonObject *health)
{
    g_autofree char *state = text_of(health, "state");
    g_autofree char *busy = text_of(health, "busy");
    gint64 age = dcc_json_get_int(health, "main_thread_age_ms", -1);
    GString *text = g_string_new(*state != '\0' ? state : "unknown");

    if (*busy != '\0')
        g_string_append_printf(text, " (%s)", busy);
    if (age >= 1000) {
        g_autofree char *silent = cli_duration_text((double)age / 1000);

        g_string_append_printf(text, ", main thread silent for %s", silent);
    }
    return g_string_free(text, FALSE);
}

static char *
say_state(JsonObject *event)
{
    g_autofree char *to = text_of(event, "to");

    return with_reason(to, event);
}

static char *
say_started(JsonObject *event)
{
    g_autofree char *executable = text_of(event, "executable");
    g_autofree char *version = text_of(event, "version");

    return g_strdup_printf("started, pid %" G_GINT64_FORMAT ", %s%s%s",
                           dcc_json_get_int(event, "pid", -1),
                           executable,
                           *version != '\0' ? ", version " : "",
                           version);
}

static char *
say_agent(JsonObject *event)
{
    return g_strdup(dcc_json_get_boolean(event, "connected", FALSE) ? "agent connected"
                                                                    : "agent disconnected");
}

static char *
say_exit(JsonObject *event)
{
    return end_of_run(dcc_json_get_object(event, "result"),
                      dcc_json_get_double(event, "uptime_s", -1));
}

static char *
say_restart(JsonObject *event)
{
    g_autofree char *delay = cli_duration_text(dcc_json_get_double(event, "delay_ms", 0) / 1000);
    gint64 attempt = dcc_json_get_int(event, "attempt", -1),
           max = dcc_json_get_int(event, "max", -1);
    g_autofree char *count = NULL;

    if (attempt > 0 && max > 0)
        count = g_strdup_printf(" (%d of %d)", (int)attempt, (int)max);
    return g_strdup_printf("starting again in %s%s%s",
                           delay,
                           dcc_json_get_boolean(event, "safe", FALSE) ? " in safe mode" : "",
                           count != NULL ? count : "");
}

static char *
say_gave_up(JsonObject *event)
{
    return with_reason("not started again", event);
}

static char *
say_step(JsonObject *event)
{
    g_autofree char *step = text_of(event, "step");
    g_autofree char *outcome = text_of(event, "outcome");
    g_autofree char *took = cli_duration_text(dcc_json_get_double(event, "ms", -1000) / 1000);

    return g_strdup_printf("%s: %s (%s)", step, outcome, took);
}

static char *
say_rescue(JsonObject *event)
{
    const struct {
        const char *kind;
        const char *words;
    } table[] = {{"copy", "rescue copy"},
                 {"recovery", "recovery file"},
                 {"autosave", "autosave"},
                 {"crash-report", "crash report"},
                 {"stacks", "Python stacks"}};
    const char *kind = dcc_json_get_string(event, "kind", ""), *words = "file";
    g_autofree char *path = text_of(event, "path");

    for (guint i = 0; i < G_N_ELEMENTS(table); i++)
        if (strcmp(kind, table[i].kind) == 0)
            words = table[i].words;
    return g_strdup_printf("%s: %s", words, path);
}

static char *
say_recovery(JsonObject *event)
{
    const char *action = dcc_json_get_string(event, "action", "");
    g_autofree char *path = text_of(event, "path");
    g_autofree char *reason = text_of(event, "reason");

    if (strcmp(action, "opened") == 0)
        return g_strdup_printf("goes on from %s", path);
    if (strcmp(action, "failed") == 0)
        return g_strdup_printf("cannot go on from %s: %s", path, reason);
    return g_strdup_printf("unsaved work is in %s; %s", path, reason);
}

static char *
say_bundle(JsonObject *event)
{
    g_autofree char *path = text_of(event, "path");

    return g_strdup_printf("evidence: %s", path);
}

static char *
say_progress(JsonObject *event)
{
    char *text = cli_sentence_progress(event);

    return text != NULL ? text : g_strdup("works");
}

static char *
say_output(JsonObject *event)
{
    g_autofree char *kind = text_of(event, "kind");
    g_autofree char *text = text_of(event, "text");

    return g_strdup_printf("says (%s): %s", kind, text);
}

static char *
say_degraded(JsonObject *event)
{
    g_autofree char *what = text_of(event, "what");

    return g_strdup_printf("degraded: %s", what);
}

static char *
say_log_tail(JsonObject *event)
{
    JsonArray *lines = dcc_json_get_array(event, "lines");

    return g_strdup_printf("last %u lines of its output kept",
                           lines != NULL ? json_array_get_length(lines) : 0);
}

static char *
say_cleared(JsonObject *event)
{
    JsonArray *lines = dcc_json_get_array(event, "processes");
    g_autoptr(GString) text = g_string_new("ended beside it: ");

    for (guint i = 0; lines != NULL && i < json_array_get_length(lines); i++) {
        g_autofree char *bytes = dcc_json_element_bytes(lines, i);
        g_autofree char *line = cli_escape(bytes != NULL ? bytes : "");

        g_string_append_printf(text, "%s%s", i > 0 ? ", " : "", line);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static char *
say_note(JsonObject *event)
{
    g_autofree char *client = text_of(event, "client");
    g_autofree char *what = text_of(event, "what");

    return g_strdup_printf("%s: %s", client, what);
}

static char *
say_adopted(JsonObject *event)
{
    return g_strdup_printf("taken over by session %" G_GINT64_FORMAT,
                           dcc_json_get_int(event, "session_pid", -1));
}

char *
cli_sentence_end(const char *state, JsonObject *result)
{
    g_autofree char *safe = cli_escape(state);
    g_autofree char *words =
        result != NULL ? cli_sentence_result(result) : g_strdup("how it ended is not known");

    if (g_str_has_prefix(words, safe))
        return g_steal_pointer(&words);
    return g_strdup_printf("%s: %s", safe, words);
}

static char *
say_ended(JsonObject *event)
{
    return cli_sentence_end(dcc_json_get_string(event, "state", ""),
                            dcc_json_get_object(event, "result"));
}

static char *
say_rendered(JsonObject *event)
{
    g_autofree char *verdict = text_of(event, "verdict");
    g_autofree char *failed = text_of(event, "failed");

    return g_strdup_printf("render %s, %d of %d frames%s%s",
                           verdict,
                           (int)dcc_json_get_int(event, "done", 0),
                           (int)dcc_json_get_int(event, "frames", 0),
                           *failed != '\0' ? ", not " : "",
                           failed);
}

static const struct {
    const char *type;
    char *(*say)(JsonObject *event);
} sentences[] = {
    {"state", say_state},       {"started", say_started},   {"agent", say_agent},
    {"exit", say_exit},         {"restart", say_restart},   {"gave-up", say_gave_up},
    {"step", say_step},         {"rescue", say_rescue},     {"recovery", say_recovery},
    {"bundle", say_bundle},     {"progress", say_progress}, {"frame", cli_render_report_frame},
    {"rendered", say_rendered}, {"output", say_output},     {"health", cli_sentence_health},
    {"degraded", say_degraded}, {"log-tail", say_log_tail}, {"adopted", say_adopted},
    {"note", say_note},         {"cleared", say_cleared},   {"ended", say_ended},
};

char *
cli_sentence_event(JsonObject *event)
{
    const char *type = dcc_json_get_string(event, "type", "");

    for (guint i = 0; i < G_N_ELEMENTS(sentences); i++)
        if (strcmp(type, sentences[i].type) == 0)
            return sentences[i].say(event);
    return g_strdup("");
}
