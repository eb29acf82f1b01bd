/* What stop and kill share. */
#include "cli-ending.h"

#include "cli-exit.h"
#include "cli-instance.h"
#include "cli-options.h"
#include "cli-out.h"
#include "cli-sentence.h"
#include "cli-text.h"
#include "dcc-error.h"
#include "dcc-json.h"

/* A session that was given a deadline answers by it; this much later it is stuck itself. */
#define MARGIN_MS   30000
#define FAREWELL_MS 1500

static void
print_lines(const char *label, JsonArray *array)
{
    for (guint i = 0; array != NULL && i < json_array_get_length(array); i++) {
        g_autofree char *bytes = dcc_json_element_bytes(array, i);
        g_autofree char *line = cli_escape(bytes != NULL ? bytes : "");

        cli_out("  %s%s\n", label, line);
    }
}

/* The copy that this stop wrote, apart from what crashes before it left: reports, autosaves. */
static void
print_rescue(JsonObject *report)
{
    JsonArray *paths = dcc_json_get_array(report, "rescue");
    g_autofree char *copy = dcc_json_get_bytes(report, "copy");

    for (guint i = 0; paths != NULL && i < json_array_get_length(paths); i++) {
        g_autofree char *path = dcc_json_element_bytes(paths, i);
        g_autofree char *line = cli_escape(path != NULL ? path : "");

        cli_out("  %s: %s\n", g_strcmp0(path, copy) == 0 ? "rescue copy" : "kept", line);
    }
}

static void
print_report(const char *name, JsonObject *report)
{
    JsonArray *steps = dcc_json_get_array(report, "steps");
    JsonObject *result = dcc_json_get_object(report, "result");
    g_autofree char *words = cli_sentence_result(result);

    for (guint i = 0; steps != NULL && i < json_array_get_length(steps); i++) {
        JsonObject *step = json_array_get_object_element(steps, i);
        g_autofree char *outcome = cli_escape(dcc_json_get_string(step, "outcome", ""));
        g_autofree char *took = cli_duration_text(dcc_json_get_double(step, "ms", -1000) / 1000);

        cli_out("  %-7s %s (%s)\n", dcc_json_get_string(step, "step", ""), outcome, took);
    }
    print_rescue(report);
    print_lines("left: ", dcc_json_get_array(report, "left"));
    if (result != NULL)
        cli_out("%s: %s\n", name, words);
    else
        cli_out("%s: has not ended\n", name);
}

/* It has ended before: what was wanted is so, and how it ended is on record. */
static int
tell_over(CliInstance *instance, JsonObject *status, gboolean json)
{
    g_autofree char *words = cli_sentence_result(dcc_json_get_object(status, "result"));

    if (json)
        cli_out_object(status);
    else
        cli_out("%s: has already ended: %s\n", instance->name, words);
    return CLI_DONE;
}

/* Until the session has closed: the name is free then. */
static void
await_farewell(DccClient *client)
{
    g_autoptr(JsonObject) event = dcc_client_next_event(client, FAREWELL_MS, NULL);
}

static JsonObject *
give(const CliEnding *order, CliInstance *instance, GError **error)
{
    g_autoptr(DccClient) client = cli_instance_connect(instance, error);
    JsonObject *params, *report;

    if (client == NULL)
        return NULL;
    params = json_object_new();
    json_object_set_boolean_member(params, "wait", TRUE);
    if (order->timeout_ms > 0)
        json_object_set_int_member(params, "timeout_ms", order->timeout_ms);
    report = dcc_client_call(client,
                             order->verb,
                             params,
                             order->timeout_ms > 0 ? order->timeout_ms + MARGIN_MS : -1,
                             error);
    if (report != NULL && dcc_json_get_object(report, "result") != NULL)
        await_farewell(client);
    return report;
}

/* It may have ended by itself before it heard of us. */
static int
tell_no_report(CliInstance *instance, const GError *error, gboolean json)
{
    g_autoptr(JsonObject) status = cli_instance_get_status(instance, NULL);

    if (status != NULL && cli_status_is_over(status))
        return tell_over(instance, status, json);
    return cli_fail(error);
}

int
cli_ending_run(const CliEnding *order)
{
    g_auto(CliInstance) instance = {NULL};
    g_autoptr(JsonObject) status = NULL, report = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *verb = g_strconcat("dcchost ", order->verb, NULL);

    if (!cli_instance_open(&instance, order->name, &error))
        return cli_options_fail(verb, error);
    status = cli_instance_get_status(&instance, &error);
    if (status == NULL)
        return cli_fail(error);
    if (cli_status_is_over(status))
        return tell_over(&instance, status, order->json);
    report = give(order, &instance, &error);
    if (report == NULL)
        return tell_no_report(&instance, error, order->json);
    if (order->json)
        cli_out_object(report);
    else
        print_report(instance.name, report);
    return dcc_json_get_object(report, "result") != NULL ? CLI_DONE : CLI_TIMEOUT;
}
