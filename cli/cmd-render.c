/* dcchost render: as a launch of an application that renders given frames and ends, and what came of
 * each frame. The session gets this verb's arguments as they are, but for the frames that are there
 * already. */
#include "cli-verb.h"

#include "cli-caller.h"
#include "cli-exit.h"
#include "cli-left-over.h"
#include "cli-order.h"
#include "cli-out.h"
#include "cli-render-in.h"
#include "cli-render-report.h"
#include "cli-render-resume.h"
#include "cli-session-process.h"
#include "cli-signals.h"
#include "cli-viewer.h"
#include <string.h>

/* (transfer full): "--render", the user's arguments, and before what is the application's the frames
 * that are left: the last word on an option counts. */
static char **
make_arguments(char **given, DccFrames *rest)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_autofree char *frames = NULL;
    guint i;

    g_strv_builder_add(builder, "--render");
    for (i = 0; given[i] != NULL && strcmp(given[i], "--") != 0; i++)
        g_strv_builder_add(builder, given[i]);
    if (rest != NULL) {
        frames = dcc_frames_to_text(rest);
        g_strv_builder_add(builder, "--frames");
        g_strv_builder_add(builder, frames);
    }
    for (; given[i] != NULL; i++)
        g_strv_builder_add(builder, given[i]);
    return g_strv_builder_end(builder);
}

static int
run(CliLaunchOptions *options,
    DccLaunchRequest *request,
    char **args,
    guint n_skipped,
    CliEngineVoice *voice)
{
    const char *name = dcc_launch_request_get_name(request);
    const CliEngine *engine = cli_caller_find_budget(request);
    g_autoptr(GError) error = NULL;
    g_autoptr(DccRuntime) runtime = dcc_runtime_open(&error);
    g_auto(CliViewerEnd) end = {NULL};
    CliSessionProcessReport report;
    int status;

    if (runtime == NULL)
        return cli_fail(error);
    if (cli_engine_find() != NULL)
        cli_left_over_settle(runtime);
    cli_left_over_end(runtime, name);
    if (!cli_session_process_start(runtime, name, (const char *const *)args, &report, &error)) {
        cli_fail(error);
        return report.exit_status;
    }
    status = cli_viewer_run(runtime, name, report.first_event, options->json, voice, engine, &end);
    cli_out_set_byproduct(); /* a full disk does not undo the work */
    if (end.rendered == NULL)
        return cli_engine_voice_finish(voice, end.result, status, TRUE);
    status = cli_render_report_status(end.rendered, status);
    status = cli_engine_voice_finish(voice, end.result, status, FALSE);
    cli_render_report_verdict(end.rendered, n_skipped, options->json);
    return status;
}

static int
render(CliLaunchOptions *options, DccLaunchRequest *request, char **given, CliEngineVoice *voice)
{
    DccRenderJob *job = dcc_launch_request_get_render(request);
    guint n_frames = dcc_frames_count(dcc_render_job_get_frames(job)), n_left = n_frames;
    g_autoptr(GError) error = NULL;
    g_autoptr(DccFrames) rest = NULL;
    g_auto(GStrv) args = NULL;

    if (options->resume) {
        rest = cli_render_resume(job, &error);
        if (rest == NULL)
            return cli_fail(error);
        n_left = dcc_frames_count(rest);
        if (n_left < n_frames)
            cli_warn("%u of %u frames are there and whole", n_frames - n_left, n_frames);
    }
    if (n_left == 0) {
        cli_render_report_verdict(NULL, n_frames, options->json);
        return CLI_DONE;
    }
    args = make_arguments(given, rest);
    return run(options, request, args, n_frames - n_left, voice);
}

int
cmd_render(char **argv)
{
    g_auto(CliOrder) order = {{NULL}};
    int status;

    if (!cli_order_take(&order, argv, TRUE, &status))
        return status;
    cli_signals_hold();
    return order.options.in != NULL
               ? cli_render_in(&order.options, order.request, order.voice)
               : render(&order.options, order.request, order.args, order.voice);
}
