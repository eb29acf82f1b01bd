/* Rendering in an instance that is up.
 *
 * The agent renders on the application's main thread, one frame for each call; nothing is loaded again.
 * A frame counts by its picture, as in a render of its own, and stands in the instance's own journal. Where
 * the instance goes away meanwhile, that is told, and its session's own policy decides whether it comes
 * back. */
#include "cli-render-in.h"

#include "cli-exit.h"
#include "cli-out.h"
#include "cli-render-instance.h"
#include "cli-render-report.h"
#include "cli-render-resume.h"
#include "cli-status.h"
#include "dcc-frame-ledger.h"
#include "dcc-json.h"
#include "dcc-picture.h"
#include "dcc-render-place.h"
#include "dcc-signals.h"
#include <gio/gio.h>
#include <string.h>

#define FOREVER_MS (7 * 24 * 3600 * G_GINT64_CONSTANT(1000))

typedef struct {
    CliRenderInstance *instance;
    const char *name;
    CliLaunchOptions *options;
    CliEngineVoice *voice;
    DccSettings *settings;
    DccFrameLedger *ledger;
    char *program; /* what looks at pictures */
    gint64 mark;
    gint64 until; /* monotonic, microseconds; 0: for ever */
    guint n_signals;
    char *verdict;      /* NULL: it goes on */
    char *why;          /* what is left is not rendered then */
    CliInstanceEnd end; /* of the instance, where that decided it */
    guint crashes;
} Render;

static void
decide(Render *self, const char *verdict, const char *why)
{
    g_free(self->verdict);
    g_free(self->why);
    self->verdict = g_strdup(verdict);
    self->why = g_strdup(why);
}

/* -- A picture -- */

static JsonObject *
make_news(Render *self, guint i, const DccPictureFinding *finding, gint64 ms)
{
    g_autofree char *file = dcc_frame_ledger_get_file(self->ledger, i);
    JsonObject *news = json_object_new();

    json_object_set_int_member(news, "frame", dcc_frame_ledger_get_frame(self->ledger, i));
    dcc_json_set_bytes(news, "file", file);
    json_object_set_string_member(
        news, "check", finding->state == DCC_PICTURE_WHOLE ? "whole" : "unchecked");
    json_object_set_string_member(news, "detail", finding->detail);
    json_object_set_double_member(news, "seconds", (double)ms / 1000);
    json_object_set_int_member(news, "size", finding->size);
    json_object_set_int_member(news, "done", dcc_frame_ledger_count_done(self->ledger));
    json_object_set_int_member(news, "of", dcc_frame_ledger_count(self->ledger));
    return news;
}

static void
tell(Render *self, guint i, const DccPictureFinding *finding, gint64 ms)
{
    g_autoptr(JsonObject) event =
        cli_render_instance_tell(self->instance, "frame", make_news(self, i, finding, ms));
    g_autofree char *line = cli_render_report_frame(event);

    if (self->options->json)
        cli_out_json_line(event);
    else
        cli_out("%s: %s\n", self->name, line);
    cli_out_flush();
    cli_engine_voice_feed(self->voice, event);
}

static void
prove(Render *self, guint i, gint64 ms)
{
    g_autofree char *file = dcc_frame_ledger_get_file(self->ledger, i);
    g_auto(DccPictureFinding) finding = {0};
    g_autofree char *why = NULL;

    dcc_picture_look(self->program, file, self->mark, &finding);
    if (finding.state == DCC_PICTURE_WHOLE || finding.state == DCC_PICTURE_UNCHECKED) {
        dcc_frame_ledger_set(self->ledger,
                             i,
                             finding.state == DCC_PICTURE_WHOLE ? DCC_FRAME_DONE
                                                                : DCC_FRAME_UNCHECKED,
                             NULL);
        tell(self, i, &finding, ms);
        return;
    }
    why = g_strdup_printf("%s: %s", file, finding.detail);
    dcc_frame_ledger_set(self->ledger, i, DCC_FRAME_FAILED, why);
}

/* -- A frame -- */

/* The first one: no further frame, and this one ends where the application can be made to. The second one does
 * not wait for it. */
static gboolean
on_signal(int number, gpointer data)
{
    Render *self = data;

    if (self->n_signals++ > 0)
        return FALSE;
    decide(self, "cancelled", "not rendered: cancelled");
    if (cli_render_instance_cancel(self->instance) == CLI_CANCEL_EARLY)
        cli_warn("cancelling the frame");
    else
        cli_warn("no further frame is begun; %s goes on with this one; again: do not wait for it",
                 self->name);
    return TRUE;
}

/* The frame's own time, or what is left of the whole. */
static gint64
get_timeout_ms(Render *self)
{
    gint64 ms = dcc_settings_get(self->settings, DCC_SETTING_TASK_TIMEOUT);

    if (ms == 0)
        ms = FOREVER_MS;
    if (self->until != 0)
        ms = MIN(ms, MAX((self->until - g_get_monotonic_time()) / 1000, 1));
    return ms;
}

/* It is cancelled in the application, so that the next task does not find it busy. */
static void
give_up_late(Render *self, guint i)
{
    CliCancel cancel = cli_render_instance_cancel(self->instance);
    gboolean over = cancel == CLI_CANCEL_EARLY && cli_render_instance_await_free(self->instance);
    g_autofree char *why = NULL;

    if (over)
        why = g_strdup("it took longer than it may, and was cancelled");
    else
        why = g_strdup_printf("it took longer than it may; %s %s",
                              self->name,
                              cancel == CLI_CANCEL_UNKNOWN
                                  ? "does not answer"
                                  : "goes on with it, and is busy until it is done");
    cli_warn("frame %d: %s", dcc_frame_ledger_get_frame(self->ledger, i), why);
    dcc_frame_ledger_set(self->ledger, i, DCC_FRAME_FAILED, why);
    decide(self, "timeout", "not rendered: it took longer than it may");
}

static const char *
get_verdict(const CliInstanceEnd *end)
{
    return end->result != NULL ? dcc_json_get_string(end->result, "verdict", "unknown") : "unknown";
}

/* FALSE: it is over. */
static gboolean
go_on_after(Render *self, guint i)
{
    gboolean asked = g_strcmp0(self->options->restart, "on-crash") == 0 ||
                     g_strcmp0(self->options->restart, "always") == 0;
    gint64 max = dcc_settings_get(self->settings, DCC_SETTING_MAX_RESTARTS);
    g_auto(CliInstanceEnd) end = {NULL};
    g_autofree char *why = NULL;
    gboolean back =
        cli_render_instance_await_return(self->instance, asked && self->crashes++ < max, &end);

    cli_warn("%s went away at frame %d%s%s%s",
             self->name,
             dcc_frame_ledger_get_frame(self->ledger, i),
             end.words != NULL ? ": " : "",
             end.words != NULL ? end.words : "",
             back ? "; it is back, and what is missing is rendered" : "");
    if (back)
        return TRUE;
    why = g_strdup_printf("not rendered: %s went away: %s",
                          self->name,
                          end.words != NULL ? end.words : "how it ended is not known");
    self->end.words = g_steal_pointer(&end.words);
    self->end.result = g_steal_pointer(&end.result);
    decide(self, get_verdict(&self->end), why);
    return FALSE;
}

/* A cancelled frame is refused in words of the application's. */
static void
take_refusal(Render *self, guint i, const char *message)
{
    if (self->verdict != NULL)
        dcc_frame_ledger_note(self->ledger, i, message);
    else
        dcc_frame_ledger_set(self->ledger, i, DCC_FRAME_FAILED, message);
}

/* TRUE: the frame is decided, one way or another. */
static gboolean
render_frame(Render *self, guint i)
{
    g_autofree char *file = dcc_frame_ledger_get_file(self->ledger, i);
    gint64 began = g_get_monotonic_time();
    g_autoptr(GError) error = NULL;

    if (cli_render_instance_render(self->instance,
                                   dcc_frame_ledger_get_frame(self->ledger, i),
                                   file,
                                   (const char *const *)self->options->args,
                                   get_timeout_ms(self),
                                   on_signal,
                                   self,
                                   &error))
        prove(self, i, (g_get_monotonic_time() - began) / 1000);
    else if (dcc_error_is_gone(error) || dcc_error_is_not_found(error))
        return !go_on_after(self, i);
    else if (dcc_error_is_timeout(error))
        give_up_late(self, i);
    else if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        cli_warn(
            "%s goes on with frame %d", self->name, dcc_frame_ledger_get_frame(self->ledger, i));
    else
        take_refusal(self, i, error->message);
    return TRUE;
}

/* -- The task -- */

static void
render_all(Render *self)
{
    guint n = dcc_frame_ledger_count(self->ledger);

    for (guint i = 0; i < n && self->verdict == NULL;) {
        if (self->until != 0 && g_get_monotonic_time() >= self->until)
            decide(self, "timeout", "not rendered: all of it took longer than it may");
        else if (render_frame(self, i))
            i++;
    }
    if (dcc_frame_ledger_count_done(self->ledger) == n)
        decide(self, "done", NULL);
    else if (self->verdict == NULL)
        decide(self, "failed", NULL);
    dcc_frame_ledger_give_up(self->ledger, NULL, self->why);
}

/* As a render of its own would end: with its application's own status, or as a job that was stopped. */
static int
get_status(Render *self, JsonObject *event)
{
    int status = CLI_DONE;

    if (strcmp(self->verdict, "cancelled") == 0)
        status = CLI_SIGNAL_BASE + DCC_SIGNAL_TERMINATE;
    else if (self->end.result != NULL)
        status = cli_status_get_exit_code(self->end.result);
    else if (strcmp(self->verdict, "unknown") == 0)
        status = CLI_FAILED;
    return cli_render_report_status(event, status);
}

/* What --exit-map goes by: where the task was cancelled and the instance lives, that it was. */
static void
note_cancel(Render *self)
{
    if (strcmp(self->verdict, "cancelled") != 0 || self->end.result != NULL)
        return;
    self->end.result = json_object_new();
    json_object_set_string_member(self->end.result, "kind", "stopped");
    json_object_set_string_member(self->end.result, "verdict", "cancelled");
}

static int
run(Render *self, DccRenderJob *job, guint n_skipped)
{
    gint64 timeout = dcc_settings_get(self->settings, DCC_SETTING_RENDER_TIMEOUT);
    g_autoptr(JsonObject) event = NULL;
    int status;

    self->ledger = dcc_frame_ledger_new(job);
    if (timeout > 0)
        self->until = g_get_monotonic_time() + timeout * 1000;
    render_all(self);
    note_cancel(self);
    event = cli_render_instance_tell(
        self->instance, "rendered", dcc_frame_ledger_to_json(self->ledger, self->verdict));
    if (self->options->json)
        cli_out_json_line(event);
    cli_engine_voice_feed(self->voice, event);
    status = get_status(self, event);
    status = cli_engine_voice_finish(self->voice, self->end.result, status, FALSE);
    cli_render_report_verdict(event, n_skipped, self->options->json);
    return status;
}

static gboolean
prepare(Render *self, DccRenderJob *job, GError **error)
{
    g_autoptr(DccRuntime) runtime =
        cli_render_find_reader(&self->program, error) ? dcc_runtime_open(error) : NULL;
    g_autofree char *frames = dcc_frames_to_text(dcc_render_job_get_frames(job));
    g_autofree char *what = g_strconcat("frames ", frames, NULL);

    if (runtime != NULL)
        self->instance =
            cli_render_instance_open(runtime, self->name, self->options->app, what, error);
    return self->instance != NULL && dcc_render_place_prepare(job, &self->mark, error);
}

static void
render_clear(Render *self)
{
    g_clear_pointer(&self->ledger, dcc_frame_ledger_free);
    cli_render_instance_free(self->instance);
    cli_instance_end_clear(&self->end);
    g_free(self->program);
    g_free(self->verdict);
    g_free(self->why);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Render, render_clear)

int
cli_render_in(CliLaunchOptions *options, DccLaunchRequest *request, CliEngineVoice *voice)
{
    DccRenderJob *job = dcc_launch_request_get_render(request);
    guint n = dcc_frames_count(dcc_render_job_get_frames(job));
    g_auto(Render) self = {.options = options,
                           .name = options->in,
                           .voice = voice,
                           .settings = dcc_launch_request_get_settings(request)};
    g_autoptr(DccFrames) rest = NULL;
    g_autoptr(DccRenderJob) left = NULL;
    g_autoptr(GError) error = NULL;

    if (!prepare(&self, job, &error))
        return cli_fail(error);
    rest = options->resume ? cli_render_resume(job, &error)
                           : g_object_ref(dcc_render_job_get_frames(job));
    if (rest == NULL)
        return cli_fail(error);
    if (dcc_frames_count(rest) == 0) {
        cli_render_report_verdict(NULL, n, options->json);
        return CLI_DONE;
    }
    left = dcc_render_job_with_frames(job, rest);
    return run(&self, left, n - dcc_frames_count(rest));
}
