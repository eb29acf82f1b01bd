/* The foreground of a launch. One wait for the event stream and the signals; on a terminal the
 * last line is rewritten each second, elsewhere there are plain lines only. */
#include "cli-viewer.h"

#include "cli-account.h"
#include "cli-exit.h"
#include "cli-follow.h"
#include "cli-out.h"
#include "cli-sentence.h"
#include "cli-signals.h"
#include "cli-text.h"
#include "cli-vanished.h"
#include "dcc-client.h"
#include "dcc-error.h"
#include "dcc-fds.h"
#include "dcc-json.h"
#include "dcc-signals.h"
#include "dcc-terminal.h"
#include <stdio.h>
#include <unistd.h>

/* How long an exit waits for the news of a restart, to be told in one line with it. */
#define PENDING_MS      300
#define REDRAW_MS       1000
#define ANSWER_MS       5000
#define DEFAULT_COLUMNS 80

typedef struct {
    DccRuntime *runtime;
    const char *name;
    CliAccount *account;
    CliEngineVoice *voice; /* NULL: a launch that is not watched to its end */
    const CliEngine *engine;
    gboolean json;
    gboolean terminal;
    gboolean colour;
    guint n_interrupts;
    gboolean outside; /* the first of them was none of a terminal's */
} Viewer;

static void
say(Viewer *self, const char *line, CliTone tone)
{
    const char *before = "", *after = "";

    if (self->json)
        return;
    if (self->colour && tone != CLI_TONE_PLAIN) {
        before = tone == CLI_TONE_BAD ? "\033[31m" : "\033[32m";
        after = "\033[0m";
    }
    cli_out("%s%s: %s%s%s\n", self->terminal ? "\r\033[K" : "", self->name, before, line, after);
    cli_out_flush();
}

static void
on_line(const char *line, CliTone tone, gpointer data)
{
    say(data, line, tone);
}

/* One character short of the edge: a full line would wrap, and could not be rewritten. */
static void
redraw(Viewer *self)
{
    g_autofree char *status = NULL, *line = NULL, *cut = NULL;
    guint columns = dcc_terminal_get_width(STDOUT_FILENO);
    glong width = columns > 0 ? (glong)columns - 1 : DEFAULT_COLUMNS - 1;

    if (!self->terminal)
        return;
    status = cli_account_status_line(self->account, g_get_monotonic_time());
    line = g_strdup_printf("%s: %s", self->name, status);
    cut = g_utf8_substring(line, 0, MIN(width, g_utf8_strlen(line, -1)));
    cli_out("\r\033[K%s", cut);
    cli_out_flush();
}

static void
send_order(Viewer *self, const char *method)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(DccClient) client = dcc_client_new(self->runtime, self->name, &error);
    g_autoptr(JsonObject) answer = NULL;
    JsonObject *params;

    if (client != NULL) {
        params = json_object_new();
        json_object_set_boolean_member(params, "wait", FALSE);
        json_object_set_boolean_member(params, "join", self->n_interrupts == 1);
        json_object_set_boolean_member(params, "outside", self->outside);
        if (self->engine != NULL)
            json_object_set_int_member(
                params, "timeout_ms", cli_engine_read_budget_left(self->engine));
        answer = dcc_client_call(client, method, params, ANSWER_MS, &error);
    }
    if (answer == NULL)
        cli_warn("%s was not taken: %s", method, error->message);
}

/* What ends all processes at once, a farm's engine or a shutdown, has told the session, too: that is
 * one request, not two. */
static void
interrupt(Viewer *self, int number)
{
    if (self->n_interrupts++ == 0)
        self->outside = number != DCC_SIGNAL_INTERRUPT;
    if (self->n_interrupts == 1)
        say(self, "asking it to save and quit; once more hurries", CLI_TONE_PLAIN);
    else if (self->n_interrupts == 2)
        say(self, "hurrying; once more ends it at once", CLI_TONE_PLAIN);
    else
        say(self, "ending it at once", CLI_TONE_BAD);
    send_order(self, self->n_interrupts < 3 ? "stop" : "kill");
}

static void
take_signals(Viewer *self)
{
    int number;

    while ((number = cli_signals_take()) != 0)
        interrupt(self, number);
}

static void
take_event(Viewer *self, JsonObject *event)
{
    if (self->json) {
        cli_out_json_line(event);
        cli_out_flush();
    }
    cli_account_feed(self->account, event);
    cli_engine_voice_feed(self->voice, event);
}

/* Everything that is there. FALSE: the session went away. */
static gboolean
drain(Viewer *self, CliFollow *follow, GError **error)
{
    while (!cli_account_is_over(self->account)) {
        g_autoptr(GError) local = NULL;
        g_autoptr(JsonObject) event = cli_follow_next(follow, 0, &local);

        if (event != NULL) {
            take_event(self, event);
            continue;
        }
        if (dcc_error_is_timeout(local))
            return TRUE;
        g_propagate_error(error, g_steal_pointer(&local));
        return FALSE;
    }
    return TRUE;
}

/* Until there is an event or a signal to be read, or the time has passed. The descriptor is asked
 * for each time: where the session ended, the rest of the story comes from disk and there is none
 * any more. FALSE: the time has passed. */
static gboolean
wait_for_news(CliFollow *follow, int timeout_ms)
{
    GPollFD fds[] = {{.fd = cli_follow_get_fd(follow), .events = G_IO_IN},
                     {.fd = cli_signals_get_fd(), .events = G_IO_IN}};

    if (fds[0].fd < 0)
        return TRUE;
    return dcc_fds_wait(fds, fds[1].fd >= 0 ? 2 : 1, timeout_ms) != 0;
}

static gboolean
watch(Viewer *self, CliFollow *follow, GError **error)
{
    while (drain(self, follow, error)) {
        int timeout = self->terminal ? REDRAW_MS : cli_engine_voice_get_wait(self->voice);

        if (cli_account_is_over(self->account))
            return TRUE;
        redraw(self);
        if (cli_account_has_pending(self->account))
            timeout = PENDING_MS;
        if (!wait_for_news(follow, timeout))
            cli_account_flush(self->account);
        cli_engine_voice_tick(self->voice);
        take_signals(self);
    }
    return FALSE;
}

static void
print_log_tail(Viewer *self, FILE *stream)
{
    JsonArray *lines = cli_account_get_log_tail(self->account);

    if (lines == NULL || json_array_get_length(lines) == 0)
        return;
    fprintf(stream, "%s: the last lines of its output:\n", self->name);
    for (guint i = 0; i < json_array_get_length(lines); i++) {
        g_autofree char *bytes = dcc_json_element_bytes(lines, i);
        g_autofree char *line = cli_escape(bytes != NULL ? bytes : "");

        fprintf(stream, "    %s\n", line);
    }
}

static int
fail_vanished(Viewer *self, const GError *error)
{
    if (self->terminal)
        cli_out_text("\n");
    if (!dcc_error_is_gone(error))
        return cli_fail(error);
    return cli_vanished_fail(self->runtime, self->name);
}

int
cli_viewer_run(DccRuntime *runtime,
               const char *name,
               gint64 first_event,
               gboolean json,
               CliEngineVoice *voice,
               const CliEngine *engine,
               CliViewerEnd *end)
{
    Viewer self = {
        .runtime = runtime, .name = name, .json = json, .voice = voice, .engine = engine};
    g_autoptr(CliAccount) account = NULL;
    g_autoptr(CliFollow) follow = NULL;
    g_autoptr(GError) error = NULL;
    int status;

    self.terminal = !json && cli_out_is_terminal();
    self.colour = !json && cli_out_has_colour();
    self.account = account =
        cli_account_new(!self.terminal && !cli_engine_voice_tells_progress(voice), on_line, &self);
    follow = cli_follow_new(runtime, name, first_event - 1, &error);
    if (follow == NULL || !watch(&self, follow, &error))
        return fail_vanished(&self, error);
    cli_follow_finish(follow);
    status = cli_account_get_exit_status(account);
    if (cli_account_get_result(account) != NULL)
        end->result = json_object_ref(cli_account_get_result(account));
    if (cli_account_get_rendered(account) != NULL)
        end->rendered = json_object_ref(cli_account_get_rendered(account));
    if (!json && status != CLI_DONE)
        print_log_tail(&self, stdout);
    return status;
}

void
cli_viewer_end_clear(CliViewerEnd *self)
{
    g_clear_pointer(&self->result, json_object_unref);
    g_clear_pointer(&self->rendered, json_object_unref);
}

static int
end_early(Viewer *self)
{
    JsonObject *result = cli_account_get_result(self->account);
    g_autofree char *words = cli_sentence_result(result);
    int status = cli_account_get_exit_status(self->account);

    if (status == CLI_DONE) /* a job that was over first */
        return CLI_DONE;
    if (g_str_has_prefix(words, "did not"))
        cli_warn("%s %s", self->name, words);
    else
        cli_warn("%s ended before it was ready: %s", self->name, words);
    print_log_tail(self, stderr);
    return status;
}

/* A start that is not finished has nothing to save. */
static int
give_up_waiting(Viewer *self, CliFollow *follow, int number)
{
    send_order(self, "kill");
    cli_follow_finish(follow);
    cli_warn("%s: interrupted by %s before it was %s; nothing of it is left",
             self->name,
             number == DCC_SIGNAL_INTERRUPT ? "Ctrl-C" : "SIGTERM",
             cli_account_is_started(self->account) ? "ready" : "started");
    return CLI_SIGNAL_BASE + number;
}

/* (transfer full): the next event; NULL with *interrupted, or with error. */
static JsonObject *
await_event(CliFollow *follow, int *interrupted, GError **error)
{
    for (;;) {
        g_autoptr(GError) local = NULL;
        JsonObject *event = cli_follow_next(follow, 0, &local);

        if (event != NULL)
            return event;
        if (!dcc_error_is_timeout(local)) {
            g_propagate_error(error, g_steal_pointer(&local));
            return NULL;
        }
        wait_for_news(follow, -1);
        *interrupted = cli_signals_take();
        if (*interrupted != 0)
            return NULL;
    }
}

static gboolean
is_far_enough(CliAccount *account, gboolean ready)
{
    return ready ? cli_account_is_ready(account) : cli_account_is_started(account);
}

int
cli_viewer_wait(
    DccRuntime *runtime, const char *name, gint64 first_event, gboolean ready, gint64 *pid)
{
    Viewer self = {.runtime = runtime, .name = name, .json = TRUE};
    g_autoptr(CliAccount) account = cli_account_new(FALSE, NULL, NULL);
    g_autoptr(CliFollow) follow = NULL;
    g_autoptr(GError) error = NULL;

    self.account = account;
    *pid = 0;
    follow = cli_follow_new(runtime, name, first_event - 1, &error);
    if (follow == NULL)
        return fail_vanished(&self, error);
    while (!is_far_enough(account, ready)) {
        int interrupted = 0;
        g_autoptr(JsonObject) event = await_event(follow, &interrupted, &error);

        if (interrupted != 0)
            return give_up_waiting(&self, follow, interrupted);
        if (event == NULL)
            return fail_vanished(&self, error);
        cli_account_feed(account, event);
        if (cli_account_get_pid(account) > 0)
            *pid = cli_account_get_pid(account);
        if (!cli_account_is_over(account))
            continue;
        cli_follow_finish(follow);
        return end_early(&self);
    }
    return CLI_DONE;
}
