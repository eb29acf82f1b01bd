/* dcchost kill: ends the application and all its processes at once. */
#include "cli-verb.h"

#include "cli-ending.h"
#include "cli-options.h"

int
cmd_kill(char **argv)
{
    gboolean json = FALSE, all = FALSE;
    const GOptionEntry entries[] = {
        {"all", 'a', 0, G_OPTION_ARG_NONE, &all, "Everything that runs", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "The end report as JSON; of several a list", NULL},
        {NULL},
    };
    const CliUsage usage = {
        "[NAME...]",
        "End the application and all its processes at once, without saving.",
        "Unsaved work is lost; 'dcchost stop' saves it first. A session that does "
        "not\nanswer is ended first, and replaced by another one.",
        0,
        G_MAXUINT};
    CliEnding order = {.verb = "kill", .force = TRUE};
    int status;

    if (!cli_options_parse(&usage, entries, argv, &status))
        return status;
    order.names = argv + 1;
    order.all = all;
    order.json = json;
    return cli_ending_run(&order);
}
