/* dcchost stop: asks the application to save and quit, waits, and tells how it went. */
#include "cli-verb.h"

#include "cli-ending.h"
#include "cli-exit.h"
#include "cli-options.h"
#include "dcc-settings.h"

int
cmd_stop(char **argv)
{
    g_autofree char *timeout = NULL;
    gboolean json = FALSE, all = FALSE;
    const GOptionEntry entries[] = {
        {"all", 'a', 0, G_OPTION_ARG_NONE, &all, "Everything that runs", NULL},
        {"timeout",
         0,
         0,
         G_OPTION_ARG_FILENAME,
         &timeout,
         "Time for all of it; 0: as its steps take",
         "S"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "The end report as JSON; of several a list", NULL},
        {NULL},
    };
    const CliUsage usage = {
        "[NAME...]",
        "Ask the application to save and quit; end it if it does not.",
        "First a rescue copy of the work is written and the application asked to quit, then come\n"
        "SIGTERM, SIGTERM to all its processes, and SIGKILL. Asked again meanwhile, it goes on to "
        "the\n"
        "next step at once.\n"
        "Several are stopped side by side, and told in a line each.",
        0,
        G_MAXUINT};
    CliEnding order = {.verb = "stop"};
    g_autoptr(GError) error = NULL, local = NULL;
    int status;

    if (!cli_options_parse(&usage, entries, argv, &status))
        return status;
    if (timeout != NULL && !dcc_duration_parse(timeout, &order.timeout_ms, &local)) {
        cli_set_usage_error(&error, "--timeout: %s", local->message);
        return cli_options_fail("dcchost stop", error);
    }
    order.names = argv + 1;
    order.all = all;
    order.json = json;
    return cli_ending_run(&order);
}
