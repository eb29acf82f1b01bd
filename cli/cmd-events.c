/* dcchost events: what happened to an instance, and with -f what happens. */
#include "cli-verb.h"

#include "cli-exit.h"
#include "cli-follow.h"
#include "cli-instance.h"
#include "cli-options.h"
#include "cli-out.h"
#include "cli-sentence.h"
#include "cli-text.h"
#include "cli-vanished.h"
#include "dcc-error.h"
#include "dcc-instance.h"
#include "dcc-json.h"
#include <string.h>

static void
print_event(JsonObject *event, gboolean json)
{
    g_autofree char *words = NULL, *time = NULL;

    if (json) {
        cli_out_json_line(event);
        return;
    }
    words = cli_sentence_event(event);
    time = cli_escape(dcc_json_get_string(event, "time", "-"));
    cli_out("%s  %-8s  %s\n", time, dcc_json_get_string(event, "type", "?"), words);
}

static int
print_kept(CliInstance *instance, gint64 since, gboolean json)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonArray) events =
        dcc_instance_read_events(instance->runtime, instance->name, since, &error);

    if (events == NULL)
        return cli_fail(error);
    for (guint i = 0; i < json_array_get_length(events); i++)
        print_event(json_array_get_object_element(events, i), json);
    return CLI_DONE;
}

static int
follow_events(CliInstance *instance, gint64 since, gboolean json)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(DccClient) session = cli_instance_connect(instance, NULL);
    g_autoptr(CliFollow) follow = NULL;
    gboolean over = FALSE;

    follow = cli_follow_new(instance->runtime, instance->name, since, &error);
    if (follow == NULL)
        return cli_fail(error);
    if (cli_follow_get_gap(follow) > 0)
        cli_warn("%" G_GINT64_FORMAT " older events are no longer kept",
                 cli_follow_get_gap(follow));
    while (!over) {
        g_autoptr(JsonObject) event = cli_follow_next(follow, -1, &error);

        if (event == NULL)
            return dcc_error_is_gone(error) ? cli_vanished_fail(instance->runtime, instance->name)
                                            : cli_fail(error);
        print_event(event, json);
        cli_out_flush();
        over = strcmp(dcc_json_get_string(event, "type", ""), "ended") == 0;
    }
    cli_follow_finish(follow);
    return CLI_DONE;
}

static int
run(CliInstance *instance, gint64 since, gboolean follow, gboolean json)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonObject) status = NULL;

    if (!follow)
        return print_kept(instance, since, json);
    status = cli_instance_get_status(instance, &error);
    if (status == NULL)
        return cli_fail(error);
    if (cli_status_is_over(status))
        return print_kept(instance, since, json);
    return follow_events(instance, since, json);
}

int
cmd_events(char **argv)
{
    gboolean follow = FALSE, json = FALSE;
    gint64 since = 0;
    const GOptionEntry entries[] = {
        {"follow", 'f', 0, G_OPTION_ARG_NONE, &follow, "Go on until it has ended", NULL},
        {"since", 0, 0, G_OPTION_ARG_INT64, &since, "Only those numbered above N", "N"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "One JSON object a line", NULL},
        {NULL},
    };
    const CliUsage usage = {
        "[NAME]", "Show what happened to an instance, and with -f what happens.", NULL, 0, 1};
    g_auto(CliInstance) instance = {NULL};
    g_autoptr(GError) error = NULL;
    int status;

    if (!cli_options_parse(&usage, entries, argv, &status))
        return status;
    if (!cli_instance_open(&instance, argv[1], &error))
        return cli_options_fail("dcchost events", error);
    return run(&instance, since, follow, json);
}
