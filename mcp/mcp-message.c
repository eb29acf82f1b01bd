/* What a client says, looked through.
 *
 * A line is hostile until it has been looked at: dcc_json_from_text() refuses what is no UTF-8, is
 * nested too deeply, or is not quite JSON. An id is kept as it was sent and goes back the same.
 */
#include "mcp-message.h"

#include "dcc-error.h"
#include "dcc-json.h"
#include "mcp-answer.h"
#include <string.h>

void
mcp_message_free(McpMessage *self)
{
    g_free(self->method);
    g_free(self->key);
    g_clear_pointer(&self->id, json_node_unref);
    g_clear_pointer(&self->params, json_object_unref);
    g_clear_pointer(&self->meta, json_object_unref);
    g_free(self);
}

char *
mcp_message_key(JsonNode *id)
{
    return json_to_string(id, FALSE);
}

JsonObject *
mcp_message_refuse_long(gsize max)
{
    g_autofree char *words =
        g_strdup_printf("a line of more than %" G_GSIZE_FORMAT " bytes is not read", max);

    return mcp_answer_error(NULL, MCP_ERROR_REQUEST, words, NULL);
}

/* Not an object: a batch, which the protocol has given up, another value, or no JSON at all. */
static JsonObject *
refuse_text(const char *line, const GError *problem)
{
    g_autoptr(JsonNode) value = NULL;

    while (g_ascii_isspace(*line))
        line++;
    if (*line == '[')
        return mcp_answer_error(
            NULL, MCP_ERROR_REQUEST, "a batch is not taken; send one object a line", NULL);
    if (*line != '{' && g_utf8_validate(line, -1, NULL))
        value = json_from_string(line, NULL);
    if (value != NULL && JSON_NODE_HOLDS_VALUE(value))
        return mcp_answer_error(NULL, MCP_ERROR_REQUEST, "a message is an object", NULL);
    return mcp_answer_error(NULL, MCP_ERROR_PARSE, problem->message, NULL);
}

static gboolean
is_id(JsonNode *node)
{
    GType type = JSON_NODE_HOLDS_VALUE(node) ? json_node_get_value_type(node) : G_TYPE_NONE;

    return type == G_TYPE_STRING || type == G_TYPE_INT64 || type == G_TYPE_DOUBLE;
}

/* NULL: the message is sound so far. */
static const char *
find_fault(JsonObject *object)
{
    JsonNode *id = json_object_get_member(object, "id");

    if (g_strcmp0(dcc_json_get_string(object, "jsonrpc", NULL), "2.0") != 0)
        return "\"jsonrpc\" is not \"2.0\"";
    if (id != NULL && !is_id(id))
        return "an id is a string or a number";
    if (dcc_json_get_string(object, "method", NULL) == NULL)
        return "there is no method";
    return NULL;
}

/* An answer to a question that we never ask. */
static gboolean
is_answer(JsonObject *object)
{
    return !json_object_has_member(object, "method") &&
           (json_object_has_member(object, "result") || json_object_has_member(object, "error"));
}

static JsonObject *
take_object(JsonObject *from, const char *member)
{
    JsonObject *found = dcc_json_get_object(from, member);

    return found != NULL ? json_object_ref(found) : json_object_new();
}

static McpMessage *
make(JsonObject *object)
{
    McpMessage *self = g_new0(McpMessage, 1);
    JsonNode *id = json_object_get_member(object, "id");

    self->method = g_strdup(dcc_json_get_string(object, "method", ""));
    if (id != NULL) {
        self->id = json_node_copy(id);
        self->key = mcp_message_key(id);
    }
    self->params = take_object(object, "params");
    self->meta = take_object(self->params, "_meta");
    self->modern = json_object_has_member(self->meta, MCP_META_VERSION);
    return self;
}

/* json-glib takes any whole number and makes another one of what a gint64 does not hold. */
static gboolean
is_whole_number_too_large(const char *text, gsize length)
{
    static const char largest[] = "9223372036854775807";
    gsize n = 0;

    while (n < length && g_ascii_isdigit(text[n]))
        n++;
    if (n < length && strchr(".eE", text[n]) != NULL && text[n] != '\0')
        return FALSE;
    return n >= sizeof largest || (n == sizeof largest - 1 && strncmp(text, largest, n) > 0);
}

/* An id that came back as another one would be nobody's. */
static JsonObject *
read_object(const char *line, gsize length, GError **error)
{
    gboolean in_string = FALSE;

    for (gsize i = 0; i < length; i++) {
        if (in_string && line[i] == '\\')
            i++;
        else if (line[i] == '"')
            in_string = !in_string;
        else if (!in_string && g_ascii_isdigit(line[i]) &&
                 (i == 0 || !g_ascii_isdigit(line[i - 1])) &&
                 is_whole_number_too_large(line + i, length - i)) {
            g_set_error(error,
                        DCC_ERROR,
                        DCC_ERROR_PROTOCOL,
                        "not JSON: a number that is out of bounds at byte %" G_GSIZE_FORMAT,
                        i);
            return NULL;
        }
    }
    return dcc_json_from_text(line, (gssize)length, error);
}

McpMessage *
mcp_message_parse(const char *line, gsize length, JsonObject **refusal)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(JsonObject) object = read_object(line, length, &problem);
    JsonNode *id = object != NULL ? json_object_get_member(object, "id") : NULL;
    const char *fault;

    *refusal = NULL;
    if (object == NULL) {
        *refusal = refuse_text(line, problem);
        return NULL;
    }
    if (is_answer(object))
        return NULL;
    if (id != NULL && !is_id(id))
        id = NULL;
    fault = find_fault(object);
    if (fault != NULL)
        *refusal = mcp_answer_error(id, MCP_ERROR_REQUEST, fault, NULL);
    else if (json_object_has_member(object, "params") &&
             dcc_json_get_object(object, "params") == NULL) {
        if (id == NULL)
            return NULL; /* nobody waits for an answer to a notification */
        *refusal = mcp_answer_error(id, MCP_ERROR_PARAMS, "\"params\" is no object", NULL);
    }
    return *refusal == NULL ? make(object) : NULL;
}
