/* One call of a tool. */
#include "mcp-call.h"

#include "dcc-error.h"
#include "dcc-fds.h"
#include "dcc-instance.h"
#include "dcc-json.h"

/* A session that is well answers at once; one that is not costs the call no more than this. */
#define NOTE_MS 500

static void
on_cancelled(GCancellable *cancel, gpointer flag)
{
    dcc_fds_set_flag(GPOINTER_TO_INT(flag), TRUE);
}

McpCallEar
mcp_call_listen(const McpCall *self, GPollFD *fd)
{
    McpCallEar ear = {.flag = dcc_fds_open_flag(FALSE)};

    fd->fd = ear.flag;
    if (ear.flag >= 0)
        ear.id = g_cancellable_connect(
            self->cancel, G_CALLBACK(on_cancelled), GINT_TO_POINTER(ear.flag), NULL);
    return ear;
}

void
mcp_call_stop_listening(const McpCall *self, McpCallEar *ear)
{
    g_cancellable_disconnect(self->cancel, ear->id);
    dcc_fds_close_flag(&ear->flag);
}

const char *
mcp_call_get_text(const McpCall *self, const char *name)
{
    return dcc_json_get_string(self->arguments, name, NULL);
}

gboolean
mcp_call_get_flag(const McpCall *self, const char *name)
{
    return dcc_json_get_boolean(self->arguments, name, FALSE);
}

gint64
mcp_call_get_int(const McpCall *self, const char *name, gint64 fallback)
{
    return dcc_json_get_int(self->arguments, name, fallback);
}

gint64
mcp_call_get_left_ms(const McpCall *self)
{
    return MAX(0, (self->deadline - g_get_monotonic_time()) / 1000);
}

void
mcp_call_limit(McpCall *self, gint64 seconds)
{
    self->deadline = MIN(self->deadline, g_get_monotonic_time() + seconds * G_USEC_PER_SEC);
}

void
mcp_call_note(const McpCall *self, DccRuntime *runtime, const char *name)
{
    g_autoptr(DccClient) session = dcc_client_new(runtime, name, NULL);
    JsonObject *params, *answer;

    if (session == NULL)
        return;
    params = json_object_new();
    json_object_set_string_member(params, "client", self->client);
    json_object_set_string_member(params, "what", self->tool);
    answer = dcc_client_call(session, "note", params, NOTE_MS, NULL);
    g_clear_pointer(&answer, json_object_unref);
}

gboolean
mcp_call_open(const McpCall *self, CliInstance *instance, GError **error)
{
    g_autoptr(GError) problem = NULL;

    if (cli_instance_open(instance, mcp_call_get_text(self, "name"), &problem)) {
        mcp_call_note(self, instance->runtime, instance->name);
        return TRUE;
    }
    /* A mistake in a command line is one in a call here. */
    g_set_error_literal(error,
                        DCC_ERROR,
                        problem->domain == DCC_ERROR ? problem->code : DCC_ERROR_INVALID,
                        problem->message);
    return FALSE;
}

gboolean
mcp_call_may_manage(const McpCall *self, CliInstance *instance, GError **error)
{
    g_autoptr(JsonObject) status = NULL;

    if (self->policy->manage_all)
        return TRUE;
    status = cli_instance_get_status(instance, error);
    if (status == NULL)
        return FALSE;
    if (dcc_json_get_string(status, "launched_by", NULL) != NULL)
        return TRUE;
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_UNSAFE,
                "'%s' was started by the user, and agents may only look at it; ask the user to do "
                "it, or to add --manage-all to the configuration of this server",
                instance->name);
    return FALSE;
}
