/* dcchost kill: ends the application and all its processes at once. */
#include "cli-verb.h"

#include "cli-ending.h"
#include "cli-options.h"

int
cmd_kill(char **argv)
{
    gboolean json = FALSE;
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "The end report as JSON", NULL},
        {NULL},
    };
    const CliUsage usage = {"[NAME]",
                            "End the application and all its processes at once, without saving.",
                            "Unsaved work is lost; 'dcchost stop' saves it first.",
                            0,
                            1};
    CliEnding order = {.verb = "kill"};
    int status;

    if (!cli_options_parse(&usage, entries, argv, &status))
        return status;
    order.name = argv[1];
    order.json = json;
    return cli_ending_run(&order);
}
