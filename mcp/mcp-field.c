/* One member of what a tool takes or gives, as a row. */
#include "mcp-field.h"

#include "dcc-error.h"
#include <string.h>

static const struct {
    const char *name; /* JSON Schema's */
    const char *words;
} types[] = {
    [MCP_TEXT] = {"string", "text"},
    [MCP_INTEGER] = {"integer", "whole number"},
    [MCP_NUMBER] = {"number", "number"},
    [MCP_BOOLEAN] = {"boolean", "true or false"},
    [MCP_OBJECT] = {"object", "object"},
    [MCP_TEXTS] = {"array", "list of text"},
    [MCP_OBJECTS] = {"array", "list of objects"},
};

const char *
mcp_field_type_name(const McpField *field)
{
    return types[field->type].words;
}

static JsonArray *
texts_to_array(const char *const *texts)
{
    JsonArray *array = json_array_new();

    for (; *texts != NULL; texts++)
        json_array_add_string_element(array, *texts);
    return array;
}

static void
set_type(JsonObject *schema, const McpField *field)
{
    JsonArray *both;

    if (!field->nullable) {
        json_object_set_string_member(schema, "type", types[field->type].name);
        return;
    }
    both = json_array_new();
    json_array_add_string_element(both, types[field->type].name);
    json_array_add_string_element(both, "null");
    json_object_set_array_member(schema, "type", both);
}

static void
set_members(JsonObject *schema, const McpField *fields, gboolean closed)
{
    JsonObject *properties = json_object_new();
    JsonArray *required = json_array_new();

    for (const McpField *field = fields; field->name != NULL; field++) {
        JsonObject *member = json_object_new();

        set_type(member, field);
        json_object_set_string_member(member, "description", field->about);
        if (field->choices != NULL)
            json_object_set_array_member(member, "enum", texts_to_array(field->choices));
        if (field->min < field->max) {
            json_object_set_int_member(member, "minimum", field->min);
            json_object_set_int_member(member, "maximum", field->max);
        }
        if (field->fallback != NULL)
            json_object_set_member(member, "default", json_from_string(field->fallback, NULL));
        if (field->type == MCP_TEXTS || field->type == MCP_OBJECTS) {
            JsonObject *items = json_object_new();

            json_object_set_string_member(
                items, "type", field->type == MCP_TEXTS ? "string" : "object");
            if (field->fields != NULL)
                set_members(items, field->fields, FALSE);
            json_object_set_object_member(member, "items", items);
        } else if (field->fields != NULL) {
            set_members(member, field->fields, FALSE);
        }
        json_object_set_object_member(properties, field->name, member);
        if (field->required)
            json_array_add_string_element(required, field->name);
    }
    json_object_set_object_member(schema, "properties", properties);
    json_object_set_array_member(schema, "required", required);
    if (closed)
        json_object_set_boolean_member(schema, "additionalProperties", FALSE);
}

JsonObject *
mcp_field_make_schema(const McpField *fields, gboolean closed)
{
    JsonObject *schema = json_object_new();

    json_object_set_string_member(schema, "type", "object");
    set_members(schema, fields, closed);
    return schema;
}

G_GNUC_PRINTF(2, 3)
static gboolean
refuse(GError **error, const char *format, ...)
{
    va_list args;
    g_autofree char *words = NULL;

    va_start(args, format);
    words = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error_literal(error, DCC_ERROR, DCC_ERROR_INVALID, words);
    return FALSE;
}

static gboolean
holds(JsonNode *node, McpType type)
{
    GType value = JSON_NODE_HOLDS_VALUE(node) ? json_node_get_value_type(node) : G_TYPE_NONE;

    switch (type) {
    case MCP_TEXT:
        return value == G_TYPE_STRING;
    case MCP_INTEGER: /* some clients say 5.0 for 5 */
        return value == G_TYPE_INT64 ||
               (value == G_TYPE_DOUBLE && ABS(json_node_get_double(node)) < 1e15 &&
                json_node_get_double(node) == (double)(gint64)json_node_get_double(node));
    case MCP_NUMBER:
        return value == G_TYPE_INT64 || value == G_TYPE_DOUBLE;
    case MCP_BOOLEAN:
        return value == G_TYPE_BOOLEAN;
    case MCP_OBJECT:
    case MCP_TEXTS:
    case MCP_OBJECTS:
        break; /* of no argument */
    }
    return FALSE;
}

static double
get_number(JsonNode *node)
{
    return json_node_get_value_type(node) == G_TYPE_INT64 ? (double)json_node_get_int(node)
                                                          : json_node_get_double(node);
}

static gboolean
check_value(const McpField *field, JsonNode *node, GError **error)
{
    if (!holds(node, field->type))
        return refuse(error, "'%s' is to be %s", field->name, mcp_field_type_name(field));
    if (field->type == MCP_TEXT && strlen(json_node_get_string(node)) > MCP_MAX_TEXT)
        return refuse(error, "'%s' is longer than %d bytes", field->name, MCP_MAX_TEXT);
    if (field->choices != NULL && !g_strv_contains(field->choices, json_node_get_string(node))) {
        g_autofree char *choices = g_strjoinv(", ", (char **)field->choices);

        return refuse(error, "'%s' is one of %s", field->name, choices);
    }
    if (field->min < field->max && field->type != MCP_TEXT &&
        (get_number(node) < (double)field->min || get_number(node) > (double)field->max))
        return refuse(error,
                      "'%s' is from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
                      field->name,
                      field->min,
                      field->max);
    return TRUE;
}

static char *
list_names(const McpField *fields)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    for (; fields->name != NULL; fields++)
        g_ptr_array_add(names, (gpointer)fields->name);
    g_ptr_array_add(names, NULL);
    return names->len > 1 ? g_strjoinv(", ", (char **)names->pdata) : g_strdup("none");
}

static const McpField *
find(const McpField *fields, const char *name)
{
    for (; fields->name != NULL; fields++)
        if (strcmp(fields->name, name) == 0)
            return fields;
    return NULL;
}

gboolean
mcp_field_check(const McpField *fields, JsonObject *arguments, GError **error)
{
    JsonObjectIter iter;
    const char *name;
    JsonNode *node;

    json_object_iter_init(&iter, arguments);
    while (json_object_iter_next(&iter, &name, &node)) {
        const McpField *field = find(fields, name);

        if (field == NULL) {
            g_autofree char *names = list_names(fields);

            return refuse(error, "there is no argument '%s'; there are: %s", name, names);
        }
        if (!check_value(field, node, error))
            return FALSE;
    }
    for (; fields->name != NULL; fields++)
        if (fields->required && !json_object_has_member(arguments, fields->name))
            return refuse(error, "the argument '%s' is missing: %s", fields->name, fields->about);
    return TRUE;
}
