/* dcchost restart: stops an instance gracefully and starts it again; starts one that has ended. */
#include "cli-verb.h"

#include "cli-exit.h"
#include "cli-instance.h"
#include "cli-options.h"
#include "cli-out.h"
#include "cli-sentence.h"
#include "cli-session-process.h"
#include "cli-signals.h"
#include "cli-status.h"
#include "cli-text.h"
#include "cli-viewer.h"
#include "dcc-instance.h"
#include "dcc-json.h"
#include "dcc-settings.h"

/* A job may have done its work again and ended by now; anything else that does not run is a
 * failure. */
static int
tell(CliInstance *instance, JsonObject *status, gboolean json)
{
    static const char *const good[] = {"running", "unresponsive", "starting", "stopped", NULL};
    const char *state = dcc_json_get_string(status, "state", "unknown");
    JsonObject *result = dcc_json_get_object(status, "result");
    g_autofree char *safe = cli_escape(state);
    g_autofree char *pid = cli_status_pid(status, "pid");
    g_autofree char *words = result != NULL ? cli_sentence_result(result) : NULL;
    gboolean overtaken = g_str_equal(state, "stopped") &&
                         g_strcmp0(dcc_json_get_string(result, "kind", NULL), "stopped") == 0;
    int code = g_strv_contains(good, state) ? CLI_DONE : cli_status_get_exit_code(result);

    if (overtaken)
        code = CLI_NOT_WELL;
    if (json)
        cli_out_object(status);
    else if (code == CLI_DONE && !g_str_equal(state, "stopped"))
        cli_out("%s: %s again, pid %s\n", instance->name, safe, pid);
    else if (code == CLI_DONE)
        cli_out("%s: started again, and done: %s\n", instance->name, words);
    else if (overtaken)
        cli_warn("another command stopped %s before it was ready again", instance->name);
    else
        cli_warn("%s was stopped and did not start again: %s; 'dcchost why %s'",
                 instance->name,
                 words != NULL ? words : safe,
                 instance->name);
    return code;
}

/* One that has ended: its last request is on record. */
static int
start_again(CliInstance *instance, gboolean recover, gboolean json)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonObject) status = NULL;
    CliSessionProcessReport report;
    gint64 pid;
    int code;

    cli_signals_hold();
    if (!cli_session_process_again(instance->runtime, instance->name, recover, &report, &error)) {
        cli_fail(error);
        return report.exit_status;
    }
    code = cli_viewer_wait(instance->runtime, instance->name, report.first_event, TRUE, &pid);
    if (code != CLI_DONE)
        return code;
    status = cli_instance_get_status(instance, &error);
    return status != NULL ? tell(instance, status, json) : cli_fail(error);
}

static int
restart(CliInstance *instance, gboolean recover, gint64 timeout_ms, gboolean json)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(DccClient) client = cli_instance_connect(instance, &error);
    g_autoptr(JsonObject) answer = NULL;
    JsonObject *params;

    if (client == NULL)
        return cli_fail(error);
    params = json_object_new();
    json_object_set_boolean_member(params, "wait", TRUE);
    json_object_set_boolean_member(params, "recover", recover);
    answer = dcc_client_call(client, "restart", params, timeout_ms, &error);
    return answer != NULL ? tell(instance, answer, json) : cli_fail(error);
}

int
cmd_restart(char **argv)
{
    g_autofree char *timeout = NULL;
    gboolean json = FALSE, recover = FALSE;
    gint64 timeout_ms = -1;
    const GOptionEntry entries[] = {
        {"timeout", 0, 0, G_OPTION_ARG_FILENAME, &timeout, "Wait no longer than this", "S"},
        {"recover", 0, 0, G_OPTION_ARG_NONE, &recover, "Go on from work a crash left", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "The status object, once it runs", NULL},
        {NULL},
    };
    const CliUsage usage = {"[NAME]",
                            "Stop it gracefully, start it again, wait until it is ready.",
                            "An instance that has ended is started again as it was launched.",
                            0,
                            1};
    g_auto(CliInstance) instance = {NULL};
    g_autoptr(JsonObject) object = NULL;
    g_autoptr(GError) error = NULL, local = NULL;
    int status;

    if (!cli_options_parse(&usage, entries, argv, &status))
        return status;
    if (timeout != NULL && !dcc_duration_parse(timeout, &timeout_ms, &local))
        cli_set_usage_error(&error, "--timeout: %s", local->message);
    if (error != NULL || !cli_instance_open(&instance, argv[1], &error))
        return cli_options_fail("dcchost restart", error);
    object = cli_instance_get_status(&instance, &error);
    if (object == NULL)
        return cli_fail(error);
    cli_out_set_byproduct();
    if (!recover && !dcc_instance_check_restart(instance.runtime, instance.name, &error) &&
        g_error_matches(error, DCC_ERROR, DCC_ERROR_SCENE))
        return cli_fail(error);
    g_clear_error(&error);
    if (cli_status_is_over(object))
        return start_again(&instance, recover, json);
    return restart(&instance, recover, timeout_ms, json);
}
