/* How the end of an instance is told: a page for one, a line each for many. */
#include "cli-end-report.h"

#include "cli-exit.h"
#include "cli-instance.h"
#include "cli-out.h"
#include "cli-sentence.h"
#include "cli-text.h"
#include "dcc-json.h"

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

static gboolean
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
    print_lines("ended beside it: ", dcc_json_get_array(report, "ended"));
    print_lines("left: ", dcc_json_get_array(report, "left"));
    if (result != NULL)
        cli_out("%s: %s\n", name, words);
    else
        cli_out("%s: has not ended\n", name);
    return result != NULL;
}

/* It had ended before, or without a report: what was wanted is so, and how it ended is on record. */
static gboolean
print_over(CliTarget *target)
{
    g_autofree char *words = NULL;

    if (target->error != NULL) {
        cli_fail(target->error);
        return FALSE;
    }
    words = cli_sentence_result(dcc_json_get_object(target->status, "result"));
    cli_out("%s: %s%s\n", target->name, target->ended_now ? "" : "has already ended: ", words);
    return TRUE;
}

gboolean
cli_end_report_print(CliTarget *target, JsonObject *report)
{
    return report != NULL ? print_report(target->name, report) : print_over(target);
}

gboolean
cli_end_report_print_line(CliTarget *target, JsonObject *report)
{
    JsonObject *result = dcc_json_get_object(report, "result");
    g_autofree char *copy = dcc_json_get_bytes(report, "copy");
    g_autofree char *safe = cli_escape(copy != NULL ? copy : "");
    g_autofree char *words = NULL;

    if (report == NULL)
        return print_over(target);
    words = result != NULL ? cli_sentence_result(result) : g_strdup("has not ended");
    cli_out("%s: %s%s%s\n", target->name, words, copy != NULL ? "; rescue copy: " : "", safe);
    cli_out_flush();
    print_lines("ended beside it: ", dcc_json_get_array(report, "ended"));
    print_lines("left: ", dcc_json_get_array(report, "left"));
    return result != NULL;
}

JsonObject *
cli_end_report_to_json(CliTarget *target, JsonObject *report)
{
    JsonObject *object;

    if (report != NULL)
        return json_object_ref(report);
    if (target->error == NULL)
        return json_object_ref(target->status);
    object = json_object_new();
    json_object_set_string_member(object, "error", target->error->message);
    return object;
}
