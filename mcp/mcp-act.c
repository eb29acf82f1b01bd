/* Tools that begin and end applications.
 *
 * What is begun goes on when nobody waits for it any more: the verb runs on by itself.
 */
#include "mcp-act.h"

#include "dcc-error.h"
#include "dcc-instance.h"
#include "dcc-json.h"
#include "mcp-verb.h"
#include "mcp-wait.h"
#include <string.h>

#define LAUNCH_WAIT_S 40
#define STOP_WAIT_S   40
/* What is left of a call for saying how it stands, where what it does takes too long. */
#define MARGIN_S 3

static JsonObject *
run_verb(McpCall *call, const char *const *args, GError **error)
{
    const McpVerb verb = {.args = args, .goes_on = TRUE};
    g_autoptr(JsonNode) node = mcp_verb_run(call, &verb, error);

    return node != NULL && JSON_NODE_HOLDS_OBJECT(node) ? json_node_dup_object(node) : NULL;
}

/* Until it is ready, or the call's deadline. */
static JsonObject *
tell_waited(McpCall *call, CliInstance *instance, gint64 seconds, GError **error)
{
    JsonObject *object;

    mcp_call_limit(call, seconds);
    object = mcp_wait_for(call, instance, "ready", -1, error);
    if (object != NULL)
        json_object_set_string_member(object, "name", instance->name);
    return object;
}

JsonObject *
mcp_act_restart(McpCall *call, GError **error)
{
    g_auto(CliInstance) instance = {NULL};
    g_autoptr(JsonObject) status = NULL;
    g_autoptr(GError) problem = NULL;
    McpCall part = *call;

    if (!mcp_call_open(call, &instance, error) || !mcp_call_may_manage(call, &instance, error))
        return NULL;
    const char *args[] = {"restart",
                          "--json",
                          instance.name,
                          mcp_call_get_flag(call, "recover") ? "--recover" : NULL,
                          NULL};

    mcp_call_limit(&part, MCP_CALL_MAX_S - MARGIN_S);
    status = run_verb(&part, args, &problem);
    if (status == NULL && !dcc_error_is_timeout(problem)) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return NULL;
    }
    return tell_waited(call, &instance, 0, error);
}

JsonObject *
mcp_act_adopt(McpCall *call, GError **error)
{
    g_auto(CliInstance) instance = {NULL};

    if (!mcp_call_open(call, &instance, error))
        return NULL;
    const char *args[] = {"adopt", "--json", instance.name, NULL};

    return run_verb(call, args, error);
}

/* A report, or the status of what was over already, or is not yet. */
static JsonObject *
tell_ending(CliInstance *instance, JsonObject *report)
{
    g_autoptr(JsonObject) status =
        report == NULL ? dcc_instance_get_status(instance->runtime, instance->name, NULL) : NULL;
    JsonObject *object = json_object_new();
    gboolean ended = report != NULL ? dcc_json_get_object(report, "result") != NULL
                                    : status != NULL && cli_status_is_over(status);

    json_object_set_string_member(object, "name", instance->name);
    json_object_set_boolean_member(object, "ended", ended);
    if (report != NULL)
        json_object_set_object_member(object, "report", json_object_ref(report));
    else
        json_object_set_null_member(object, "report");
    return object;
}

static JsonObject *
end(McpCall *call, const char *verb, const char *timeout, GError **error)
{
    g_auto(CliInstance) instance = {NULL};
    g_autoptr(JsonObject) report = NULL;
    g_autoptr(GError) problem = NULL;
    McpCall part = *call;

    if (!mcp_call_open(call, &instance, error) || !mcp_call_may_manage(call, &instance, error))
        return NULL;
    const char *args[] = {
        verb, "--json", instance.name, timeout != NULL ? "--timeout" : NULL, timeout, NULL};

    mcp_call_limit(&part, MCP_CALL_MAX_S - MARGIN_S);
    report = run_verb(&part, args, &problem);
    if (report != NULL || dcc_error_is_timeout(problem))
        return tell_ending(&instance, report);
    g_propagate_error(error, g_steal_pointer(&problem));
    return NULL;
}

JsonObject *
mcp_act_stop(McpCall *call, GError **error)
{
    g_autofree char *timeout = NULL;

    if (json_object_has_member(call->arguments, "timeout_s"))
        timeout = g_strdup_printf("%" G_GINT64_FORMAT, mcp_call_get_int(call, "timeout_s", 0));
    return end(call, "stop", timeout, error);
}

JsonObject *
mcp_act_kill(McpCall *call, GError **error)
{
    return end(call, "kill", NULL, error);
}
