/* What is asked and may take time.
 *
 * A fault that whoever asked can mend is a result with isError, and says what to do next; a
 * malformed request is an error of the protocol.
 */
#include "mcp-work.h"

#include "dcc-error.h"
#include "dcc-json.h"
#include "mcp-advice.h"
#include "mcp-answer.h"
#include "mcp-clean.h"
#include "mcp-resources.h"
#include "mcp-tools.h"
#include <string.h>

#define MAX_WORDS   2000 /* of an error */
#define MAX_PICTURE (3 * 1024 * 1024)
#define PNG         "\x89PNG"

static void
on_progress(double progress, double total, const char *words, gpointer data)
{
    McpWork *self = data;
    JsonNode *token = json_object_get_member(self->request->meta, "progressToken");

    if (token != NULL && JSON_NODE_HOLDS_VALUE(token) && !g_cancellable_is_cancelled(self->cancel))
        mcp_writer_offer(self->writer, mcp_answer_progress(token, progress, total, words));
}

static McpCall
make_call(McpWork *self, const char *what, JsonObject *arguments)
{
    return (McpCall){
        .policy = self->policy,
        .tool = what,
        .arguments = arguments,
        .client = self->client,
        .deadline = g_get_monotonic_time() + MCP_CALL_MAX_S * G_USEC_PER_SEC,
        .cancel = self->cancel,
        .progress = on_progress,
        .progress_data = self,
    };
}

static JsonArray *
text_content(const char *text)
{
    JsonArray *content = json_array_new();
    JsonObject *block = json_object_new();

    json_object_set_string_member(block, "type", "text");
    json_object_set_string_member(block, "text", text);
    json_array_add_object_element(content, block);
    return content;
}

static JsonObject *
tell_fault(McpWork *self, const GError *error)
{
    JsonObject *result = json_object_new();
    g_autofree char *said = mcp_clean_text(error->message, MAX_WORDS);
    g_autofree char *words = mcp_advice_in_tools(said);

    json_object_set_array_member(result, "content", text_content(words));
    json_object_set_boolean_member(result, "isError", TRUE);
    return mcp_answer_result(self->request, result);
}

/* What lies at the path that the tool gave, where it is a picture and not too large. */
static void
add_picture(JsonArray *content, JsonObject *output)
{
    g_autofree char *path = dcc_json_get_bytes(output, "path");
    g_autofree char *bytes = NULL, *text = NULL;
    gsize size = 0;
    JsonObject *block;

    if (path == NULL || dcc_json_get_int(output, "bytes", 0) > MAX_PICTURE ||
        !g_file_get_contents(path, &bytes, &size, NULL) || size > MAX_PICTURE ||
        size < strlen(PNG) || memcmp(bytes, PNG, strlen(PNG)) != 0)
        return;
    text = g_base64_encode((const guchar *)bytes, size);
    block = json_object_new();
    json_object_set_string_member(block, "type", "image");
    json_object_set_string_member(block, "data", text);
    json_object_set_string_member(block, "mimeType", "image/png");
    json_array_add_object_element(content, block);
}

/* output: (transfer full). */
static JsonObject *
tell_output(McpWork *self, const McpTool *tool, JsonObject *output)
{
    g_autoptr(JsonNode) node = json_node_init_object(json_node_alloc(), output);
    g_autoptr(JsonNode) clean = mcp_clean_node(node);
    g_autofree char *text = dcc_json_to_line(json_node_get_object(clean));
    JsonObject *result = json_object_new();
    JsonArray *content = text_content(text);

    if (tool->is_picture)
        add_picture(content, output);
    json_object_unref(output);
    json_object_set_array_member(result, "content", content);
    json_object_set_member(result, "structuredContent", g_steal_pointer(&clean));
    json_object_set_boolean_member(result, "isError", FALSE);
    return mcp_answer_result(self->request, result);
}

static JsonObject *
refuse(McpWork *self, const char *format, const char *what)
{
    g_autofree char *clean = mcp_clean_text(what, 100);
    g_autofree char *words = g_strdup_printf("%s '%s'", format, clean);

    return mcp_answer_error(self->request->id, MCP_ERROR_PARAMS, words, NULL);
}

static JsonObject *
call_tool(McpWork *self)
{
    const char *name = dcc_json_get_string(self->request->params, "name", NULL);
    const McpTool *tool = name != NULL ? mcp_tools_find(self->policy, name) : NULL;
    JsonObject *given = dcc_json_get_object(self->request->params, "arguments");
    g_autoptr(JsonObject) arguments = given != NULL ? json_object_ref(given) : json_object_new();
    g_autoptr(GError) error = NULL;
    JsonObject *output;
    McpCall call;

    if (tool == NULL)
        return refuse(self, "there is no tool", name != NULL ? name : "");
    if (given == NULL && json_object_has_member(self->request->params, "arguments"))
        return refuse(self, "\"arguments\" is no object for", name);
    if (!mcp_field_check(tool->input, arguments, &error))
        return tell_fault(self, error);
    call = make_call(self, tool->name, arguments);
    output = tool->run(&call, &error);
    return output != NULL ? tell_output(self, tool, output) : tell_fault(self, error);
}

static JsonObject *
list_resources(McpWork *self)
{
    JsonObject *result = json_object_new();

    json_object_set_array_member(result, "resources", mcp_resources_list());
    mcp_answer_set_cache(self->request, result, 0);
    return mcp_answer_result(self->request, result);
}

static JsonObject *
read_resource(McpWork *self)
{
    const char *uri = dcc_json_get_string(self->request->params, "uri", NULL);
    McpCall call = make_call(self, "resources/read", self->request->params);
    g_autoptr(GError) error = NULL;
    JsonObject *result, *contents, *data;
    JsonArray *list;

    if (uri == NULL)
        return refuse(self, "a text is missing:", "uri");
    contents = mcp_resources_read(&call, uri, &error);
    if (contents == NULL) {
        g_autofree char *words = mcp_clean_text(error->message, MAX_WORDS);

        data = json_object_new();
        json_object_set_string_member(data, "uri", uri);
        return mcp_answer_error(self->request->id,
                                self->request->modern ? MCP_ERROR_PARAMS : MCP_ERROR_NO_RESOURCE,
                                words,
                                data);
    }
    list = json_array_new();
    json_array_add_object_element(list, contents);
    result = json_object_new();
    json_object_set_array_member(result, "contents", list);
    mcp_answer_set_cache(self->request, result, 0);
    return mcp_answer_result(self->request, result);
}

static const struct {
    const char *method;
    JsonObject *(*func)(McpWork *self);
} works[] = {
    {"tools/call", call_tool},
    {"resources/list", list_resources},
    {"resources/read", read_resource},
};

gboolean
mcp_work_is_for(const char *method)
{
    for (guint i = 0; i < G_N_ELEMENTS(works); i++)
        if (strcmp(works[i].method, method) == 0)
            return TRUE;
    return FALSE;
}

McpWork *
mcp_work_new(McpMessage *request, const McpPolicy *policy, McpWriter *writer, char *client)
{
    McpWork *self = g_new0(McpWork, 1);

    self->request = request;
    self->policy = policy;
    self->writer = writer;
    self->client = client;
    self->cancel = g_cancellable_new();
    return self;
}

void
mcp_work_free(McpWork *self)
{
    mcp_message_free(self->request);
    g_free(self->client);
    g_object_unref(self->cancel);
    g_free(self);
}

JsonObject *
mcp_work_do(McpWork *self)
{
    for (guint i = 0; i < G_N_ELEMENTS(works); i++)
        if (strcmp(works[i].method, self->request->method) == 0)
            return works[i].func(self);
    g_return_val_if_reached(NULL);
}
