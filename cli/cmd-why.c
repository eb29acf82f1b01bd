/* dcchost why: what happened to an instance that ended badly, or hangs. */
#include "cli-verb.h"

#include "cli-exit.h"
#include "cli-instance.h"
#include "cli-options.h"
#include "cli-why.h"
#include "dcc-error.h"
#include "dcc-instance.h"
#include "dcc-json.h"
#include <string.h>

/* (transfer full): whose death is the newest; times are text that sorts. */
static char *
newest_name(DccRuntime *runtime)
{
    g_auto(GStrv) names = dcc_runtime_list_names(runtime, TRUE);
    g_autofree char *newest = NULL, *when = NULL;

    for (char **p = names; *p != NULL; p++) {
        g_autoptr(JsonObject) death = dcc_instance_read_death(runtime, *p);
        const char *ended = dcc_json_get_string(death, "ended", "");

        if (death == NULL || (when != NULL && strcmp(ended, when) <= 0))
            continue;
        g_free(when);
        when = g_strdup(ended);
        g_free(newest);
        newest = g_strdup(*p);
    }
    return g_steal_pointer(&newest);
}

static gboolean
open_instance(CliInstance *instance, const char *name, GError **error)
{
    g_autoptr(DccRuntime) runtime = name == NULL ? dcc_runtime_open(error) : NULL;
    g_autofree char *newest = NULL;

    if (name != NULL)
        return cli_instance_open(instance, name, error);
    if (runtime == NULL)
        return FALSE;
    newest = newest_name(runtime);
    if (newest != NULL)
        return cli_instance_open(instance, newest, error);
    g_set_error_literal(error,
                        DCC_ERROR,
                        DCC_ERROR_NOT_FOUND,
                        "nothing has ended badly that is on record; 'dcchost ps --all' shows what "
                        "there is, 'dcchost why NAME' looks at one");
    return FALSE;
}

int
cmd_why(char **argv)
{
    gboolean json = FALSE;
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "The same as a JSON object", NULL},
        {NULL},
    };
    const CliUsage usage = {"[NAME]",
                            "Tell why it ended badly, or hangs, and what to do. Without NAME, the "
                            "newest bad end of any.",
                            "Examples:\n  dcchost why\n  dcchost why blender --json",
                            0,
                            1};
    g_auto(CliInstance) instance = {NULL};
    g_autoptr(JsonObject) status_object = NULL, death = NULL;
    g_autoptr(GError) error = NULL;
    CliWhy why;
    int status;

    if (!cli_options_parse(&usage, entries, argv, &status))
        return status;
    if (!open_instance(&instance, argv[1], &error))
        return cli_options_fail("dcchost why", error);
    death = dcc_instance_read_death(instance.runtime, instance.name);
    status_object = cli_instance_get_status(&instance, death == NULL ? &error : NULL);
    if (status_object == NULL && death == NULL)
        return cli_fail(error);
    why = (CliWhy){instance.name, status_object, death};
    if (json)
        cli_why_print_json(&why);
    else
        cli_why_print(&why);
    return CLI_DONE;
}
