/* dcchost status: one instance, all that is known. */
#include "cli-verb.h"

#include "cli-exit.h"
#include "cli-instance.h"
#include "cli-options.h"
#include "cli-out.h"
#include "cli-status.h"

int
cmd_status(char **argv)
{
    gboolean json = FALSE;
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "The status object", NULL},
        {NULL},
    };
    const CliUsage usage = {"[NAME]",
                            "Show one instance. Without NAME, the only one there is.",
                            "Examples:\n  dcchost status blender\n  dcchost status --json",
                            0,
                            1};
    g_auto(CliInstance) instance = {NULL};
    g_autoptr(JsonObject) object = NULL;
    g_autoptr(GError) error = NULL;
    int status;

    if (!cli_options_parse(&usage, entries, argv, &status))
        return status;
    if (!cli_instance_open(&instance, argv[1], &error))
        return cli_options_fail("dcchost status", error);
    object = cli_instance_get_status(&instance, &error);
    if (object == NULL)
        return cli_fail(error);
    if (json)
        cli_out_object(object);
    else
        cli_status_print(object);
    return CLI_DONE;
}
