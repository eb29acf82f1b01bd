/* Rendering in an instance that is up.
 *
 * The agent renders on the application's main thread, one frame for each call; nothing is loaded again.
 * A frame counts by its picture, as in a render of its own. Where the instance goes away meanwhile,
 * that is told, and its session's own policy decides whether it comes back. */
#include "cli-render-in.h"

#include "cli-agent-call.h"
#include "cli-exit.h"
#include "cli-out.h"
#include "cli-render-report.h"
#include "cli-render-resume.h"
#include "cli-sentence.h"
#include "dcc-frame-ledger.h"
#include "dcc-instance.h"
#include "dcc-json.h"
#include "dcc-picture.h"
#include "dcc-render-place.h"
#include <string.h>

#define FOREVER_MS  (7 * 24 * 3600 * G_GINT64_CONSTANT(1000))
#define ANSWER_MS   5000
#define COME_BACK_S 300
#define RECORD_S    10
#define LOOK_US     100000

typedef struct {
    DccRuntime *runtime;
    const char *name;
    CliLaunchOptions *options;
    CliEngineVoice *voice;
    DccSettings *settings;
    DccFramePath *output;
    DccFrameLedger *ledger;
    char *program; /* what looks at pictures */
    gint64 pid;
    gint64 mark;
    gint64 until; /* monotonic, microseconds; 0: for ever */
    guint n_signals;
    const char *verdict; /* NULL: it goes on */
    guint crashes;
} Render;

/* (transfer full): what it is busy with now, NULL: nothing. */
static char *
ask_busy(Render *self)
{
    g_autoptr(DccClient) client = dcc_client_new(self->runtime, self->name, NULL);
    g_autoptr(JsonObject) answer =
        client != NULL ? dcc_client_call(client, "probe", NULL, ANSWER_MS * 2, NULL) : NULL;

    return answer != NULL ? g_strdup(dcc_json_get_string(answer, "busy", NULL)) : NULL;
}

static gboolean
check_instance(Render *self, GError **error)
{
    g_autoptr(JsonObject) status = dcc_instance_get_status(self->runtime, self->name, error);
    const char *app = self->options->app, *state;
    g_autofree char *busy = NULL;

    if (status == NULL)
        return FALSE;
    state = dcc_json_get_string(status, "state", "");
    self->pid = dcc_json_get_int(status, "pid", 0);
    if (dcc_json_get_boolean(status, "ready", FALSE))
        busy = ask_busy(self);
    if (app != NULL && strcmp(app, dcc_json_get_string(status, "app", "")) != 0)
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_INVALID,
                    "'%s' is %s, not %s",
                    self->name,
                    dcc_json_get_string(status, "app", ""),
                    app);
    else if (!dcc_json_get_boolean(status, "ready", FALSE))
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_NOT_FOUND,
                    "'%s' is %s and cannot render; 'dcchost launch' or 'dcchost restart %s' brings "
                    "it up",
                    self->name,
                    state,
                    self->name);
    else if (busy != NULL)
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_BUSY,
                    "'%s' is busy (%s); try again when it is done",
                    self->name,
                    busy);
    else
        return TRUE;
    return FALSE;
}

static void
tell(Render *self, guint i, const DccPictureFinding *finding, gint64 ms)
{
    g_autofree char *file = dcc_frame_ledger_get_file(self->ledger, i);
    JsonObject *event = json_object_new();
    g_autofree char *line = NULL;

    json_object_set_string_member(event, "type", "frame");
    json_object_set_int_member(event, "frame", dcc_frame_ledger_get_frame(self->ledger, i));
    dcc_json_set_bytes(event, "file", file);
    json_object_set_string_member(
        event, "check", finding->state == DCC_PICTURE_WHOLE ? "whole" : "unchecked");
    json_object_set_string_member(event, "detail", finding->detail);
    json_object_set_double_member(event, "seconds", (double)ms / 1000);
    json_object_set_null_member(event, "peak_bytes");
    json_object_set_int_member(event, "size", finding->size);
    json_object_set_int_member(event, "done", dcc_frame_ledger_count_done(self->ledger));
    json_object_set_int_member(event, "of", dcc_frame_ledger_count(self->ledger));
    line = cli_render_report_frame(event);
    if (self->options->json)
        cli_out_json_line(event);
    else
        cli_out("%s: %s\n", self->name, line);
    cli_out_flush();
    cli_engine_voice_feed(self->voice, event);
    json_object_unref(event);
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

static void
ignore_signal(int number, gpointer data)
{
}

/* The first one: no further frame, and this one ends where the application can be made to. */
static void
on_signal(int number, gpointer data)
{
    Render *self = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonObject) answer = NULL;
    gboolean early;

    self->verdict = "cancelled";
    if (self->n_signals++ > 0)
        return;
    answer = cli_agent_call(self->runtime,
                            self->name,
                            "cancel",
                            json_object_new(),
                            ANSWER_MS,
                            ignore_signal,
                            NULL,
                            &error);
    early = answer != NULL && dcc_json_get_boolean(answer, "cancelled", FALSE);
    cli_warn("%s", early ? "cancelling the frame" : "no further frame is begun; this one goes on");
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

typedef enum {
    INSTANCE_OLD, /* its end is not on record yet */
    INSTANCE_DOWN,
    INSTANCE_BACK,
    INSTANCE_OVER, /* and nobody brings it back */
} InstanceState;

/* words: how the run that is gone ended, where that is known. */
static InstanceState
look_at_instance(Render *self, char **words)
{
    g_autoptr(JsonObject) status = dcc_instance_get_status(self->runtime, self->name, NULL);
    JsonObject *result = status != NULL ? dcc_json_get_object(status, "result") : NULL;

    if (status != NULL && dcc_json_get_int(status, "pid", 0) == self->pid)
        return INSTANCE_OLD;
    if (result != NULL && *words == NULL)
        *words = cli_sentence_result(result);
    if (status == NULL || !dcc_json_get_boolean(status, "attended", FALSE))
        return INSTANCE_OVER;
    if (!dcc_json_get_boolean(status, "ready", FALSE))
        return INSTANCE_DOWN;
    self->pid = dcc_json_get_int(status, "pid", 0);
    return INSTANCE_BACK;
}

/* Its session brings it back, with its scene, or gives up. wanted: that is waited for. */
static gboolean
await_return(Render *self, gboolean wanted, char **words)
{
    gint64 seconds = wanted ? COME_BACK_S : RECORD_S;
    gint64 until = g_get_monotonic_time() + seconds * (gint64)G_USEC_PER_SEC;
    InstanceState state;

    while ((state = look_at_instance(self, words)) == INSTANCE_OLD ||
           (state == INSTANCE_DOWN && wanted)) {
        if (g_get_monotonic_time() >= until)
            return FALSE;
        g_usleep(LOOK_US);
    }
    return wanted && state == INSTANCE_BACK;
}

/* FALSE: it is over. */
static gboolean
go_on_after(Render *self, guint i)
{
    gboolean asked = g_strcmp0(self->options->restart, "on-crash") == 0 ||
                     g_strcmp0(self->options->restart, "always") == 0;
    gint64 max = dcc_settings_get(self->settings, DCC_SETTING_MAX_RESTARTS);
    g_autofree char *words = NULL;
    gboolean back = await_return(self, asked && self->crashes++ < max, &words);

    cli_warn("%s went away at frame %d%s%s%s",
             self->name,
             dcc_frame_ledger_get_frame(self->ledger, i),
             words != NULL ? ": " : "",
             words != NULL ? words : "",
             back ? "; it is back, and what is missing is rendered" : "");
    if (!back)
        self->verdict = "crash";
    return back;
}

/* TRUE: the frame is decided, one way or another. */
static gboolean
render_frame(Render *self, guint i)
{
    g_autofree char *file = dcc_frame_ledger_get_file(self->ledger, i);
    JsonObject *params = json_object_new();
    gint64 began = g_get_monotonic_time();
    g_autoptr(JsonObject) answer = NULL;
    g_autoptr(GError) error = NULL;

    json_object_set_int_member(params, "frame", dcc_frame_ledger_get_frame(self->ledger, i));
    dcc_json_set_bytes(params, "path", file);
    answer = cli_agent_call(
        self->runtime, self->name, "render", params, get_timeout_ms(self), on_signal, self, &error);
    if (answer != NULL) {
        prove(self, i, (g_get_monotonic_time() - began) / 1000);
        return TRUE;
    }
    if (dcc_error_is_gone(error) || dcc_error_is_not_found(error))
        return !go_on_after(self, i);
    if (dcc_error_is_timeout(error))
        self->verdict = "timeout";
    if (self->verdict == NULL || !dcc_error_is_timeout(error))
        dcc_frame_ledger_note(self->ledger, i, error->message);
    if (self->verdict == NULL)
        dcc_frame_ledger_set(self->ledger, i, DCC_FRAME_FAILED, error->message);
    return TRUE;
}

static void
render_all(Render *self)
{
    guint n = dcc_frame_ledger_count(self->ledger);

    for (guint i = 0; i < n && self->verdict == NULL;) {
        if (self->until != 0 && g_get_monotonic_time() >= self->until)
            self->verdict = "timeout";
        else if (render_frame(self, i))
            i++;
    }
    if (self->verdict == NULL)
        self->verdict = "failed";
    if (dcc_frame_ledger_count_done(self->ledger) == n)
        self->verdict = "done";
    dcc_frame_ledger_give_up(self->ledger, NULL, "not rendered");
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
    event = dcc_frame_ledger_to_json(self->ledger, self->verdict);
    json_object_set_string_member(event, "type", "rendered");
    if (self->options->json)
        cli_out_json_line(event);
    cli_engine_voice_feed(self->voice, event);
    status = cli_render_report_status(event, CLI_DONE);
    status = cli_engine_voice_finish(self->voice, NULL, status, FALSE);
    cli_render_report_verdict(event, n_skipped, self->options->json);
    return status;
}

static gboolean
prepare(Render *self, DccRenderJob *job, GError **error)
{
    self->runtime = cli_render_find_reader(&self->program, error) ? dcc_runtime_open(error) : NULL;
    return self->runtime != NULL && check_instance(self, error) &&
           dcc_render_place_prepare(job, &self->mark, error);
}

static void
render_clear(Render *self)
{
    g_clear_pointer(&self->ledger, dcc_frame_ledger_free);
    g_clear_object(&self->runtime);
    g_free(self->program);
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
