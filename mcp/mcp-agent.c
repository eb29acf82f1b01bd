/* Tools that ask the agent inside the application, through its session. */
#include "mcp-agent.h"

#include "dcc-error.h"
#include "dcc-instance.h"
#include "dcc-json.h"

#define RESCUE_DIR "rescue"
#define SCREENSHOT "screenshot.png" /* the newest alone */
/* How much sooner the agent's time is over than the call's: so it is the session that says so. */
#define ROUND_MS 500

/* What the agent answers. Where its main thread does not turn, that is what is said. */
static JsonObject *
ask(McpCall *call, CliInstance *instance, const char *method, JsonObject *params, GError **error)
{
    g_autoptr(JsonObject) inner = params;
    g_autoptr(DccClient) session = cli_instance_connect(instance, error);
    gint64 left = mcp_call_get_left_ms(call);
    g_autoptr(GError) problem = NULL;
    JsonObject *order, *answer;

    if (session == NULL)
        return NULL;
    order = json_object_new();
    json_object_set_string_member(order, "method", method);
    json_object_set_object_member(order, "params", g_steal_pointer(&inner));
    json_object_set_int_member(order, "timeout_ms", MAX(1, left - ROUND_MS));
    answer = dcc_client_call(session, "agent", order, left, &problem);
    if (answer != NULL)
        return answer;
    g_set_error(error,
                DCC_ERROR,
                problem->code,
                "%s: %s; %s",
                instance->name,
                problem->message,
                dcc_error_is_timeout(problem)
                    ? "its main thread is busy or hangs: call probe, then "
                      "wait until idle, or why"
                    : "call status to see how it stands");
    return NULL;
}

/* (transfer full): of what is kept of the instance. */
static char *
build_state_path(CliInstance *instance, const char *name)
{
    g_autofree char *log = dcc_instance_get_log_path(instance->runtime, instance->name);
    g_autofree char *state = g_path_get_dirname(log);

    return g_build_filename(state, name, NULL);
}

JsonObject *
mcp_agent_screenshot(McpCall *call, GError **error)
{
    g_auto(CliInstance) instance = {NULL};
    g_autofree char *path = NULL;
    JsonObject *params;

    if (!mcp_call_open(call, &instance, error))
        return NULL;
    path = build_state_path(&instance, SCREENSHOT);
    params = json_object_new();
    dcc_json_set_bytes(params, "path", path);
    return ask(call, &instance, "screenshot", params, error);
}

JsonObject *
mcp_agent_save(McpCall *call, GError **error)
{
    g_auto(CliInstance) instance = {NULL};
    g_autofree char *directory = NULL;
    JsonObject *params;

    if (!mcp_call_open(call, &instance, error))
        return NULL;
    directory = build_state_path(&instance, RESCUE_DIR);
    g_mkdir_with_parents(directory, 0700);
    params = json_object_new();
    dcc_json_set_bytes(params, "directory", directory);
    return ask(call, &instance, "save", params, error);
}

JsonObject *
mcp_agent_run_python(McpCall *call, GError **error)
{
    g_auto(CliInstance) instance = {NULL};
    JsonObject *params;

    mcp_call_limit(call, mcp_call_get_int(call, "timeout_s", MCP_CALL_MAX_S));
    if (!mcp_call_open(call, &instance, error) || !mcp_call_may_manage(call, &instance, error))
        return NULL;
    params = json_object_new();
    json_object_set_string_member(params, "source", mcp_call_get_text(call, "source"));
    return ask(call, &instance, "run", params, error);
}
