/* dcchost probe: asks the application now whether it is well. */
#include "cli-verb.h"

#include "cli-exit.h"
#include "cli-instance.h"
#include "cli-options.h"
#include "cli-out.h"
#include "cli-sentence.h"
#include "cli-text.h"
#include "dcc-error.h"
#include "dcc-json.h"
#include <string.h>

/* Far beyond any probe's own timeout: only a stuck session gets here. */
#define ANSWER_MS 120000

static const char *
health_of(JsonObject *reply)
{
    JsonObject *object = dcc_json_get_object(reply, "health");

    return object != NULL ? dcc_json_get_string(object, "state", "unknown")
                          : dcc_json_get_string(reply, "health", "unknown");
}

static void
print_reply(const char *name, JsonObject *reply)
{
    g_autofree char *busy = dcc_json_get_bytes(reply, "busy");
    g_autofree char *scene = dcc_json_get_bytes(reply, "scene");
    g_autofree char *report = dcc_json_get_bytes(reply, "report");
    gint64 age = dcc_json_get_int(reply, "main_thread_age_ms", -1);
    gint64 trip = dcc_json_get_int(reply, "round_trip_ms", -1);
    GString *line = g_string_new(NULL);
    g_autofree char *safe = NULL;

    g_string_append_printf(line, "%s: %s", name, health_of(reply));
    if (busy != NULL && *busy != '\0')
        g_string_append_printf(line, " (%s)", busy);
    if (age >= 0)
        g_string_append_printf(line, ", main thread turned %" G_GINT64_FORMAT " ms ago", age);
    if (trip >= 0)
        g_string_append_printf(line, ", answered in %" G_GINT64_FORMAT " ms", trip);
    if (scene != NULL && *scene != '\0')
        g_string_append_printf(line, ", scene %s", scene);
    if (report != NULL)
        g_string_append_printf(line, ", its threads are in %s", report);
    safe = cli_escape(line->str);
    g_string_free(line, TRUE);
    cli_out("%s\n", safe);
}

/* Unknown is never shown as well. */
static int
verdict(JsonObject *reply)
{
    const char *health = health_of(reply);

    return strcmp(health, "ok") == 0 || strcmp(health, "busy") == 0 ? CLI_DONE : CLI_NOT_WELL;
}

/* An instance that has ended needs no session to say so. */
static gboolean
check_live(CliInstance *instance, GError **error)
{
    g_autoptr(JsonObject) status = cli_instance_get_status(instance, error);
    g_autofree char *end = NULL;

    if (status == NULL)
        return FALSE;
    if (!cli_status_is_over(status))
        return TRUE;
    end = cli_sentence_result(dcc_json_get_object(status, "result"));
    g_set_error(error, DCC_ERROR, DCC_ERROR_NOT_FOUND, "%s has ended: %s", instance->name, end);
    return FALSE;
}

/* No answer is an answer: what the session knows of it, and never "ok". */
static JsonObject *
no_answer(CliInstance *instance, const GError *problem)
{
    g_autoptr(JsonObject) status = cli_instance_get_status(instance, NULL);
    JsonObject *health = dcc_json_get_object(status, "health"), *reply = json_object_new();
    g_autofree char *report = health != NULL ? dcc_json_get_bytes(health, "report") : NULL;
    const char *known = dcc_json_get_string(health, "state", "unknown");
    gboolean well = strcmp(known, "ok") == 0 || strcmp(known, "busy") == 0;

    json_object_set_string_member(reply, "health", well ? "unknown" : known);
    json_object_set_int_member(reply, "main_thread_age_ms", -1);
    json_object_set_null_member(reply, "busy");
    json_object_set_null_member(reply, "scene");
    if (report != NULL)
        dcc_json_set_bytes(reply, "report", report);
    else
        json_object_set_null_member(reply, "report");
    json_object_set_int_member(reply, "round_trip_ms", -1);
    cli_warn("%s: %s", instance->name, problem->message);
    return reply;
}

static JsonObject *
probe(CliInstance *instance, GError **error)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(DccClient) client = NULL;
    JsonObject *reply;

    if (check_live(instance, error))
        client = cli_instance_connect(instance, error);
    if (client == NULL)
        return NULL;
    reply = dcc_client_call(client, "probe", NULL, ANSWER_MS, &problem);
    if (reply == NULL && (dcc_error_is_timeout(problem) || dcc_error_is_not_supported(problem)))
        return no_answer(instance, problem);
    if (reply == NULL)
        g_propagate_error(error, g_steal_pointer(&problem));
    return reply;
}

int
cmd_probe(char **argv)
{
    gboolean json = FALSE;
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "The reply as JSON", NULL},
        {NULL},
    };
    const CliUsage usage = {
        "[NAME]", "Ask the application now whether it is well: 0 ok or busy, 1 not.", NULL, 0, 1};
    g_auto(CliInstance) instance = {NULL};
    g_autoptr(JsonObject) reply = NULL;
    g_autoptr(GError) error = NULL;
    int status;

    if (!cli_options_parse(&usage, entries, argv, &status))
        return status;
    if (!cli_instance_open(&instance, argv[1], &error))
        return cli_options_fail("dcchost probe", error);
    reply = probe(&instance, &error);
    if (reply == NULL)
        return cli_fail(error);
    if (json)
        cli_out_object(reply);
    else
        print_reply(instance.name, reply);
    return verdict(reply);
}
