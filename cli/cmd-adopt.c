/* dcchost adopt: starts a session for an instance that runs without one. */
#include "cli-verb.h"

#include "cli-exit.h"
#include "cli-instance.h"
#include "cli-options.h"
#include "cli-out.h"
#include "cli-sentence.h"
#include "cli-session-process.h"
#include "cli-status.h"
#include "dcc-json.h"

static void
tell(const char *name, JsonObject *status)
{
    JsonObject *result = dcc_json_get_object(status, "result");
    g_autofree char *state = cli_status_state(status);
    g_autofree char *pid = cli_status_pid(status, "pid");
    g_autofree char *session = cli_status_pid(status, "session_pid");
    g_autofree char *end = result != NULL ? cli_sentence_result(result) : NULL;

    cli_out("%s: adopted, %s, pid %s, session %s\n", name, state, pid, session);
    if (end != NULL)
        cli_out("  last end: %s\n", end);
}

int
cmd_adopt(char **argv)
{
    gboolean json = FALSE;
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "The status object", NULL},
        {NULL},
    };
    const CliUsage usage = {
        "[NAME]",
        "Take up an instance that runs without a session.",
        "Its session was killed, or the machine was short of memory: the application ran on,\n"
        "unattended. Verbs that need a session adopt by themselves.",
        0,
        1};
    g_auto(CliInstance) instance = {NULL};
    g_autoptr(JsonObject) object = NULL;
    g_autoptr(GError) error = NULL;
    int status;

    if (!cli_options_parse(&usage, entries, argv, &status))
        return status;
    if (!cli_instance_open(&instance, argv[1], &error))
        return cli_options_fail("dcchost adopt", error);
    if (cli_session_process_adopt(instance.runtime, instance.name, &error))
        object = cli_instance_get_status(&instance, &error);
    if (object == NULL)
        return cli_fail(error);
    if (json)
        cli_out_object(object);
    else
        tell(instance.name, object);
    return CLI_DONE;
}
