/* dcchost launch: checks the command line, starts a session process, and then shows
 * what happens or returns. The session gets this verb's arguments as they are. */
#include "cli-verb.h"

#include "cli-caller.h"
#include "cli-exit.h"
#include "cli-left-over.h"
#include "cli-order.h"
#include "cli-out.h"
#include "cli-session-process.h"
#include "cli-signals.h"
#include "cli-text.h"
#include "cli-viewer.h"
#include "dcc-instance.h"
#include "dcc-json.h"
#include <unistd.h>

static const char *
name_standing(JsonObject *status)
{
    if (dcc_json_get_boolean(status, "ready", FALSE))
        return "ready";
    return g_str_equal(dcc_json_get_string(status, "state", ""), "stopped") ? "done" : "started";
}

static int
tell_detached(DccRuntime *runtime, const char *name, gint64 pid, CliLaunchOptions *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonObject) status = dcc_instance_get_status(runtime, name, &error);
    g_autofree char *log = NULL, *number = NULL;

    if (status == NULL)
        return cli_fail(error);
    if (options->json) {
        cli_out_object(status);
        return CLI_DONE;
    }
    log = dcc_json_get_bytes(status, "log_path");
    number = pid > 0 ? g_strdup_printf("pid %" G_GINT64_FORMAT, pid) : g_strdup("no process");
    cli_out("%s: %s, %s, log %s\n", name, name_standing(status), number, log != NULL ? log : "-");
    return CLI_DONE;
}

static int
detached(DccRuntime *runtime, const char *name, gint64 first_event, CliLaunchOptions *options)
{
    gboolean ready = g_strcmp0(options->wait, "ready") == 0;
    gint64 pid = 0;
    int status = cli_viewer_wait(runtime, name, first_event, ready, &pid);

    return status == CLI_DONE ? tell_detached(runtime, name, pid, options) : status;
}

static int
launch(CliLaunchOptions *options,
       DccLaunchRequest *request,
       const char *const *args,
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
    cli_signals_hold();
    if (options->detach)
        cli_out_set_byproduct();
    if (cli_engine_find() != NULL)
        cli_left_over_settle(runtime);
    cli_left_over_end(runtime, name);
    if (!cli_session_process_start(runtime, name, args, &report, &error)) {
        cli_fail(error);
        return report.exit_status;
    }
    if (options->detach)
        return detached(runtime, name, report.first_event, options);
    status = cli_viewer_run(runtime, name, report.first_event, options->json, voice, engine, &end);
    status = cli_engine_voice_finish(voice, end.result, status, TRUE);
    cli_out_set_byproduct(); /* a full disk does not undo the work */
    return status;
}

int
cmd_launch(char **argv)
{
    g_auto(CliOrder) order = {{NULL}};
    int status;

    if (!cli_order_take(&order, argv, FALSE, &status))
        return status;
    return launch(&order.options, order.request, (const char *const *)order.args, order.voice);
}
