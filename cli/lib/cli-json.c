/* Reading the documented objects. */
#include "cli-json.h"

#include "dcc-error.h"
#include <string.h>

static JsonNode *
value_of(JsonObject *object, const char *member, JsonNodeType type)
{
    JsonNode *node = object != NULL ? json_object_get_member(object, member) : NULL;

    return node != NULL && json_node_get_node_type(node) == type ? node : NULL;
}

static gboolean
is_number(JsonNode *node)
{
    GType type = node != NULL ? json_node_get_value_type(node) : G_TYPE_INVALID;

    return type == G_TYPE_INT64 || type == G_TYPE_DOUBLE;
}

const char *
cli_json_string(JsonObject *object, const char *member, const char *fallback)
{
    JsonNode *node = value_of(object, member, JSON_NODE_VALUE);

    if (node == NULL || json_node_get_value_type(node) != G_TYPE_STRING)
        return fallback;
    return json_node_get_string(node);
}

gint64
cli_json_int(JsonObject *object, const char *member, gint64 fallback)
{
    JsonNode *node = value_of(object, member, JSON_NODE_VALUE);

    return is_number(node) ? json_node_get_int(node) : fallback;
}

double
cli_json_double(JsonObject *object, const char *member, double fallback)
{
    JsonNode *node = value_of(object, member, JSON_NODE_VALUE);

    return is_number(node) ? json_node_get_double(node) : fallback;
}

gboolean
cli_json_boolean(JsonObject *object, const char *member, gboolean fallback)
{
    JsonNode *node = value_of(object, member, JSON_NODE_VALUE);

    if (node == NULL || json_node_get_value_type(node) != G_TYPE_BOOLEAN)
        return fallback;
    return json_node_get_boolean(node);
}

JsonObject *
cli_json_object(JsonObject *object, const char *member)
{
    JsonNode *node = value_of(object, member, JSON_NODE_OBJECT);

    return node != NULL ? json_node_get_object(node) : NULL;
}

JsonArray *
cli_json_array(JsonObject *object, const char *member)
{
    JsonNode *node = value_of(object, member, JSON_NODE_ARRAY);

    return node != NULL ? json_node_get_array(node) : NULL;
}

static char *
node_bytes(JsonNode *node)
{
    const char *text;
    g_autofree guchar *bytes = NULL;
    gsize length = 0;

    if (node == NULL)
        return NULL;
    if (JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING)
        return json_node_dup_string(node);
    if (!JSON_NODE_HOLDS_OBJECT(node))
        return NULL;
    text = cli_json_string(json_node_get_object(node), "base64", NULL);
    if (text == NULL)
        return NULL;
    bytes = g_base64_decode(text, &length);
    return g_strndup((const char *)bytes, length);
}

char *
cli_json_bytes(JsonObject *object, const char *member)
{
    return object != NULL ? node_bytes(json_object_get_member(object, member)) : NULL;
}

char *
cli_json_element_bytes(JsonArray *array, guint i)
{
    return node_bytes(json_array_get_element(array, i));
}

void
cli_json_set_bytes(JsonObject *object, const char *member, const char *bytes)
{
    JsonObject *wrapped;
    g_autofree char *text = NULL;

    if (bytes == NULL) {
        json_object_set_null_member(object, member);
        return;
    }
    if (g_utf8_validate(bytes, -1, NULL)) {
        json_object_set_string_member(object, member, bytes);
        return;
    }
    text = g_base64_encode((const guchar *)bytes, strlen(bytes));
    wrapped = json_object_new();
    json_object_set_string_member(wrapped, "base64", text);
    json_object_set_object_member(object, member, wrapped);
}

JsonObject *
cli_json_parse(const char *text, GError **error)
{
    g_autoptr(JsonNode) node = json_from_string(text, error);

    if (node != NULL && JSON_NODE_HOLDS_OBJECT(node))
        return json_node_dup_object(node);
    if (error == NULL || *error == NULL)
        g_set_error_literal(error, DCC_ERROR, DCC_ERROR_PROTOCOL, "expected a JSON object");
    return NULL;
}
