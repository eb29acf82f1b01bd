/* The post-mortem of one instance: what happened, what says so, where the files are, what followed
 * and what to do. One screen: what is long is cut, what is many is counted. */
#include "cli-why.h"

#include "cli-advice.h"
#include "cli-instance.h"
#include "cli-out.h"
#include "cli-sentence.h"
#include "cli-status.h"
#include "cli-text.h"
#include "dcc-json.h"
#include "dcc-signals.h"
#include <string.h>

#define MAX_LINES 6  /* of evidence */
#define MAX_WIDTH 84 /* of one of them */

static void
row(const char *label, const char *text)
{
    g_autofree char *safe = cli_escape(text);

    cli_out("  %-9s%s\n", label, safe);
}

static void
row_of(const char *label, JsonObject *object, const char *member)
{
    g_autofree char *text = dcc_json_get_bytes(object, member);

    if (text != NULL && *text != '\0')
        row(label, text);
}

/* A line of an application may be long, and is cut between two characters. */
static char *
cut(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_autofree char *start = NULL;

    if (g_utf8_strlen(valid, -1) <= MAX_WIDTH)
        return g_steal_pointer(&valid);
    start = g_utf8_substring(valid, 0, MAX_WIDTH - 3);
    return g_strconcat(start, "...", NULL);
}

/* "2026-11-25T16:27:06.865Z" for people. */
static char *
say_time(const char *iso)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(iso, NULL);

    return time != NULL ? g_date_time_format(time, "%Y-%m-%d %H:%M:%S UTC") : g_strdup(iso);
}

static const char *
say_verdict(JsonObject *result)
{
    static const struct {
        const char *verdict, *words;
    } table[] = {
        {"crash", "crashed"},
        {"killed", "was killed"},
        {"oom", "ran out of memory"},
        {"licence", "found no licence"},
        {"bad-scene", "could not read its scene"},
        {"script-error", "ended on the error of a script"},
        {"broken-install", "cannot run as it is installed"},
        {"no-display", "has no display"},
        {"suspicious", "said success without the proof of it"},
        {"failed", "failed"},
    };
    const char *verdict = dcc_json_get_string(result, "verdict", "");

    for (guint i = 0; i < G_N_ELEMENTS(table); i++)
        if (strcmp(table[i].verdict, verdict) == 0)
            return table[i].words;
    return "ended";
}

static void
print_head(const char *name, JsonObject *result, JsonObject *death)
{
    g_autofree char *what = cli_sentence_result(result);
    g_autofree char *short_text = cut(what);
    g_autofree char *time = say_time(dcc_json_get_string(death, "ended", "at a time not known"));
    double uptime = dcc_json_get_double(death, "uptime_s", -1);
    g_autofree char *after = cli_duration_text(uptime);

    cli_out("%s %s: %s\n", name, say_verdict(result), short_text);
    if (death != NULL)
        cli_out("  %-9s%s%s%s%s\n",
                "when",
                time,
                uptime < 0 ? "" : ", ",
                uptime < 0 ? "" : after,
                uptime < 0 ? "" : " after its start");
}

static void
print_signal(JsonObject *result, JsonObject *death)
{
    gint64 number = dcc_json_get_int(result, "signal", 0);
    g_autofree char *text = NULL;

    if (number <= 0)
        return;
    text = g_strdup_printf("%d (%s), %s",
                           (int)number,
                           dcc_signal_describe((int)number),
                           dcc_json_get_string(death, "signal_from", NULL) != NULL
                               ? "sent by dcchost"
                               : "not sent by dcchost; the kernel does not say by whom");
    row("signal", text);
}

static void
print_run(JsonObject *death)
{
    g_autofree char *recovered = dcc_json_get_bytes(death, "recovered");
    g_autofree char *scene = dcc_json_get_bytes(death, "scene");
    g_autofree char *version = dcc_json_get_bytes(death, "app_version");
    g_autofree char *text =
        g_strdup_printf("%s%s%s, %s%s%s%s",
                        dcc_json_get_string(death, "app", "-"),
                        version != NULL ? " " : "",
                        version != NULL ? version : "",
                        dcc_json_get_boolean(death, "ready", FALSE) ? "ready" : "not ready yet",
                        dcc_json_get_boolean(death, "headless", FALSE) ? ", without a window" : "",
                        dcc_json_get_boolean(death, "safe", FALSE) ? ", in safe mode" : "",
                        dcc_json_get_boolean(death, "hung", FALSE) ? ", had hung" : "");

    row("it was", text);
    row("scene", scene != NULL && *scene != '\0' ? scene : "none with a name");
    if (recovered != NULL)
        row("from", recovered);
}

/* The last lines that say something, at most MAX_LINES. A significant line need not: "done" has no text. */
static GPtrArray *
get_texts(JsonArray *lines)
{
    GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
    guint n = lines != NULL ? json_array_get_length(lines) : 0;

    for (guint i = 0; i < n; i++) {
        JsonNode *node = json_array_get_element(lines, i);
        JsonObject *line = JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
        g_autofree char *text = line != NULL ? g_strdup(dcc_json_get_string(line, "text", ""))
                                             : dcc_json_element_bytes(lines, i);

        if (text != NULL && *text != '\0')
            g_ptr_array_add(texts, cut(text));
    }
    if (texts->len > MAX_LINES)
        g_ptr_array_remove_range(texts, 0, texts->len - MAX_LINES);
    return texts;
}

/* The significant lines that the adapter found; else the last lines. */
static void
print_evidence(JsonObject *death)
{
    g_autoptr(GPtrArray) said = get_texts(dcc_json_get_array(death, "evidence"));
    g_autoptr(GPtrArray) last = get_texts(dcc_json_get_array(death, "last_lines"));
    GPtrArray *texts = said->len > 0 ? said : last;

    for (guint i = 0; i < texts->len; i++)
        row(i > 0 ? "" : texts == said ? "it said" : "last", texts->pdata[i]);
}

static void
print_files(JsonObject *death)
{
    const struct {
        const char *kind, *label;
    } labels[] = {{"crash-report", "report"},
                  {"stacks", "stacks"},
                  {"autosave", "autosave"},
                  {"recovery", "recovery"},
                  {"copy", "copy"}};
    JsonArray *files = dcc_json_get_array(death, "files");

    row_of("bundle", death, "bundle");
    row_of("log", death, "log_path");
    for (guint i = 0; i < G_N_ELEMENTS(labels); i++) {
        for (guint j = 0; files != NULL && j < json_array_get_length(files); j++) {
            JsonNode *node = json_array_get_element(files, j);
            JsonObject *file = JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;

            if (g_strcmp0(dcc_json_get_string(file, "kind", NULL), labels[i].kind) != 0)
                continue;
            row_of(labels[i].label, file, "path");
            break; /* the newest of a kind */
        }
    }
}

static gboolean
is_listed(JsonArray *files, const char *path)
{
    for (guint i = 0; files != NULL && i < json_array_get_length(files); i++) {
        JsonNode *node = json_array_get_element(files, i);
        JsonObject *file = JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
        g_autofree char *listed = file != NULL ? dcc_json_get_bytes(file, "path") : NULL;

        if (g_strcmp0(listed, path) == 0)
            return TRUE;
    }
    return FALSE;
}

/* What is kept of unsaved work is named whatever became of the run, once. */
static void
print_kept(const CliWhy *why)
{
    JsonObject *kept = cli_status_get_kept(why->status);
    g_autofree char *path = kept != NULL ? dcc_json_get_bytes(kept, "path") : NULL;

    if (path != NULL && !is_listed(dcc_json_get_array(why->death, "files"), path))
        row("kept", path);
}

/* How it stands now, where that is more than what followed. */
static char *
say_now(const CliWhy *why)
{
    const char *state = dcc_json_get_string(why->status, "state", "unknown");
    gint64 pid = dcc_json_get_int(why->status, "pid", 0);

    if (why->status == NULL)
        return g_strdup("");
    if (pid > 0)
        return g_strdup_printf(
            "; now %s, pid %" G_GINT64_FORMAT "%s",
            state,
            pid,
            dcc_json_get_boolean(why->status, "attended", FALSE) ? "" : " (unattended)");
    return g_strdup_printf("; now %s", state);
}

static void
print_next(const CliWhy *why)
{
    JsonObject *next = dcc_json_get_object(why->death, "next");
    const char *action = dcc_json_get_string(next, "action", "");
    const char *reason = dcc_json_get_string(next, "reason", "");
    gboolean waits =
        g_str_equal(dcc_json_get_string(why->status, "state", "unknown"), "restarting");
    g_autofree char *now = say_now(why);
    g_autofree char *text = NULL;

    if (next == NULL)
        text = g_strconcat("its session ended before it had decided", now, NULL);
    else if (strcmp(action, "restart") == 0)
        text = g_strdup_printf(
            "%sstarted again%s%s%s",
            waits ? "to be " : "",
            dcc_json_get_boolean(next, "safe", FALSE) ? " in safe mode" : "",
            dcc_json_get_boolean(next, "recover", FALSE) ? ", from the newest unsaved work" : "",
            now);
    else
        text = g_strconcat(
            "not started again: ", reason, cli_status_is_over(why->status) ? "" : now, NULL);
    row("then", text);
}

/* The last render here: what is not there, and the first reason why. */
static void
print_render(const CliWhy *why)
{
    JsonObject *render = why->status != NULL ? dcc_json_get_object(why->status, "render") : NULL;
    JsonArray *failures = dcc_json_get_array(render, "failures");
    JsonNode *first = failures != NULL && json_array_get_length(failures) > 0
                          ? json_array_get_element(failures, 0)
                          : NULL;
    const char *failed = dcc_json_get_string(render, "failed", NULL);
    const char *reason = first != NULL && JSON_NODE_HOLDS_OBJECT(first)
                             ? dcc_json_get_string(json_node_get_object(first), "reason", NULL)
                             : NULL;
    g_autofree char *text = NULL;

    if (render == NULL)
        return;
    text = g_strdup_printf("%s, %d of %d frames%s%s%s%s",
                           dcc_json_get_string(render, "verdict", "under way"),
                           (int)dcc_json_get_int(render, "done", 0),
                           (int)dcc_json_get_int(render, "frames", 0),
                           failed != NULL ? ", not " : "",
                           failed != NULL ? failed : "",
                           reason != NULL ? ": " : "",
                           reason != NULL ? reason : "");
    row("render", text);
}

static void
print_advice(const CliWhy *why)
{
    g_auto(GStrv) advice = cli_advice_list(why);

    for (guint i = 0; advice[i] != NULL; i++)
        row(i == 0 ? "do" : "", advice[i]);
}

static void
print_death(const CliWhy *why)
{
    JsonObject *result = dcc_json_get_object(why->death, "result");

    print_head(why->name, result, why->death);
    print_signal(result, why->death);
    print_run(why->death);
    print_evidence(why->death);
    print_files(why->death);
    print_kept(why);
    print_render(why);
    print_next(why);
}

static void
print_hang(const CliWhy *why)
{
    JsonObject *health = dcc_json_get_object(why->status, "health");
    gint64 age = dcc_json_get_int(health, "main_thread_age_ms", -1);
    g_autofree char *silent = cli_duration_text(age >= 0 ? (double)age / 1000 : -1);

    cli_out("%s: hangs: it neither answers nor works\n", why->name);
    cli_out("  %-9s%s\n", "silent", silent);
    row_of("scene", why->status, "scene");
    row_of("report", health, "report");
    row_of("log", why->status, "log_path");
    print_kept(why);
}

static void
print_raw_end(const CliWhy *why)
{
    g_autofree char *what = cli_sentence_result(dcc_json_get_object(why->status, "result"));
    g_autofree char *short_text = cut(what);

    cli_out("%s: %s\n", why->name, short_text);
    row("then", "no session attended it; what the end means has not been looked at yet");
    row_of("scene", why->status, "scene");
    row_of("log", why->status, "log_path");
    print_kept(why);
}

/* There is nothing to be found out. A result says by itself that it was stopped, or how it ended.
 */
static void
print_well(const CliWhy *why)
{
    const char *state = dcc_json_get_string(why->status, "state", "unknown");
    JsonObject *result = dcc_json_get_object(why->status, "result");
    g_autofree char *pid = cli_status_pid(why->status, "pid");
    g_autofree char *now = cli_status_state(why->status);
    g_autofree char *words = cli_sentence_end(state, result);

    if (!cli_status_is_over(why->status))
        cli_out("%s: %s, pid %s; it has not ended badly\n", why->name, now, pid);
    else
        cli_out("%s: %s\n", why->name, words);
    print_render(why);
    row_of("log", why->status, "log_path");
    print_kept(why);
}

void
cli_why_print(const CliWhy *why)
{
    if (cli_why_is_hung(why))
        print_hang(why);
    else if (cli_why_is_unattended_end(why))
        print_raw_end(why);
    else if (why->death != NULL)
        print_death(why);
    else
        print_well(why);
    print_advice(why);
}

void
cli_why_print_json(const CliWhy *why)
{
    g_autoptr(JsonObject) object = json_object_new();
    g_auto(GStrv) advice = cli_advice_list(why);
    JsonArray *commands = json_array_new();

    for (guint i = 0; advice[i] != NULL; i++)
        json_array_add_string_element(commands, advice[i]);
    json_object_set_string_member(object, "name", why->name);
    json_object_set_boolean_member(object, "hung", cli_why_is_hung(why));
    json_object_set_boolean_member(object, "unattended_end", cli_why_is_unattended_end(why));
    if (why->death != NULL)
        json_object_set_object_member(object, "death", json_object_ref(why->death));
    else
        json_object_set_null_member(object, "death");
    if (why->status != NULL)
        json_object_set_object_member(object, "status", json_object_ref(why->status));
    else
        json_object_set_null_member(object, "status");
    json_object_set_array_member(object, "do", commands);
    cli_out_object(object);
}
