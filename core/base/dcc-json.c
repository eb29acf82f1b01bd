/* Reading and writing JSON without surprises.
 *
 * Problem: json-glib warns about members of another type, takes a few things that are not JSON
 * (comments, single quotes, assignments, a second object), and parses recursively, so that a
 * hostile line of brackets ends the process. Here a member of another type is an absent one, and a
 * text is looked through once before it is parsed.
 *
 * Threading: any thread, one at a time for one object.
 */
#include "dcc-json.h"

#include <string.h>

#include "dcc-error.h"

#define MAX_DEPTH    64
#define BYTES_MEMBER "base64"

static JsonNode *
find_value(JsonObject *object, const char *member, GType type)
{
    JsonNode *node = object != NULL ? json_object_get_member(object, member) : NULL;

    if (node == NULL || !JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != type)
        return NULL;
    return node;
}

const char *
dcc_json_get_string(JsonObject *object, const char *member, const char *fallback)
{
    JsonNode *node = find_value(object, member, G_TYPE_STRING);

    return node != NULL ? json_node_get_string(node) : fallback;
}

/* Some writers say 5.0 for 5. Beyond 2^53 a double no longer tells whole numbers apart. */
static gboolean
find_int(JsonObject *object, const char *member, gint64 *number)
{
    JsonNode *node = find_value(object, member, G_TYPE_INT64);
    const double limit = 9007199254740992.0;
    double value;

    if (node != NULL) {
        *number = json_node_get_int(node);
        return TRUE;
    }
    node = find_value(object, member, G_TYPE_DOUBLE);
    if (node == NULL)
        return FALSE;
    value = json_node_get_double(node);
    if (!(value >= -limit && value <= limit) || value != (double)(gint64)value)
        return FALSE;
    *number = (gint64)value;
    return TRUE;
}

gboolean
dcc_json_has_int(JsonObject *object, const char *member)
{
    gint64 number;

    return find_int(object, member, &number);
}

gint64
dcc_json_get_int(JsonObject *object, const char *member, gint64 fallback)
{
    gint64 number = fallback;

    find_int(object, member, &number);
    return number;
}

double
dcc_json_get_double(JsonObject *object, const char *member, double fallback)
{
    JsonNode *node = find_value(object, member, G_TYPE_DOUBLE);

    if (node != NULL)
        return json_node_get_double(node);
    node = find_value(object, member, G_TYPE_INT64);
    return node != NULL ? (double)json_node_get_int(node) : fallback;
}

gboolean
dcc_json_get_boolean(JsonObject *object, const char *member, gboolean fallback)
{
    JsonNode *node = find_value(object, member, G_TYPE_BOOLEAN);

    return node != NULL ? json_node_get_boolean(node) : fallback;
}

JsonObject *
dcc_json_get_object(JsonObject *object, const char *member)
{
    JsonNode *node = object != NULL ? json_object_get_member(object, member) : NULL;

    return node != NULL && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

JsonArray *
dcc_json_get_array(JsonObject *object, const char *member)
{
    JsonNode *node = object != NULL ? json_object_get_member(object, member) : NULL;

    return node != NULL && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
}

/* json-glib leaves some control characters as they are, which is no JSON. Without indentation they
 * can stand only in strings. */
static char *
escape_controls(char *text)
{
    GString *escaped;
    const char *c = text;

    while (*c != '\0' && (guchar)*c >= 0x20)
        c++;
    if (*c == '\0')
        return text;
    escaped = g_string_new(NULL);
    for (c = text; *c != '\0'; c++) {
        if ((guchar)*c >= 0x20)
            g_string_append_c(escaped, *c);
        else
            g_string_append_printf(escaped, "\\u%04x", (guint)*c);
    }
    g_free(text);
    return g_string_free(escaped, FALSE);
}

char *
dcc_json_to_line(JsonObject *object)
{
    g_return_val_if_fail(object != NULL, NULL);

    g_autoptr(JsonNode) node = json_node_alloc();

    json_node_init_object(node, object);
    return escape_controls(json_to_string(node, FALSE));
}

/* Only what can stand outside a string in JSON: json-glib would skip comments, and a quotation mark
 * in one would blind the count of brackets. */
static gboolean
is_plain(char c)
{
    return g_ascii_isalnum(c) || (c != '\0' && strchr(" \t\r\n{}[]:,+-.", c) != NULL);
}

static gboolean
refuse_at(gsize offset, const char *what, GError **error)
{
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_PROTOCOL,
                "not JSON: %s at byte %" G_GSIZE_FORMAT,
                what,
                offset);
    return FALSE;
}

/* json-glib knows octal escapes, too, and makes bytes of them that are no UTF-8. */
static gboolean
is_escape(char c)
{
    return c != '\0' && strchr("\"\\/bfnrtu", c) != NULL;
}

static gboolean
check_shape(const char *text, gsize length, GError **error)
{
    gboolean in_string = FALSE;
    gboolean closed = FALSE;
    int depth = 0;

    for (gsize i = 0; i < length; i++) {
        char c = text[i];

        if (closed && !g_ascii_isspace(c))
            return refuse_at(i, "something follows the object", error);
        if (in_string && c == '\\' && (++i == length || !is_escape(text[i])))
            return refuse_at(i, "an escape that JSON does not know", error);
        if (in_string && c == '\\')
            continue;
        if (c == '"')
            in_string = !in_string;
        else if (in_string)
            continue;
        else if (c == '[' || c == '{')
            depth++;
        else if (c == ']' || c == '}')
            closed = --depth == 0;
        else if (!is_plain(c))
            return refuse_at(i, "unexpected character", error);
        if (depth > MAX_DEPTH)
            return refuse_at(i, "nested too deeply", error);
    }
    return TRUE;
}

static gboolean
check_text(const char *text, gsize length, GError **error)
{
    if (!g_utf8_validate(text, (gssize)length, NULL)) {
        g_set_error(error, DCC_ERROR, DCC_ERROR_PROTOCOL, "not JSON: the text is not UTF-8");
        return FALSE;
    }
    return check_shape(text, length, error);
}

static gboolean
is_finite(JsonNode *node);

static gboolean
is_finite_array(JsonArray *array)
{
    for (guint i = 0; i < json_array_get_length(array); i++)
        if (!is_finite(json_array_get_element(array, i)))
            return FALSE;
    return TRUE;
}

static gboolean
is_finite_object(JsonObject *object)
{
    g_autoptr(GList) values = json_object_get_values(object);

    for (GList *l = values; l != NULL; l = l->next)
        if (!is_finite(l->data))
            return FALSE;
    return TRUE;
}

/* 1e999 is read as infinity, which cannot be written again. How deep it goes has been looked at
 * before. */
static gboolean
is_finite(JsonNode *node)
{
    if (JSON_NODE_HOLDS_OBJECT(node))
        return is_finite_object(json_node_get_object(node));
    if (JSON_NODE_HOLDS_ARRAY(node))
        return is_finite_array(json_node_get_array(node));
    if (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_DOUBLE)
        return TRUE;
    return json_node_get_double(node) <= G_MAXDOUBLE && json_node_get_double(node) >= -G_MAXDOUBLE;
}

/* (transfer full): a string ends at its NUL for whoever reads it, so what was written would be taken
 * for what stands before it: another method, another name. NULL: there is none. */
static char *
replace_nul(const char *text, gsize size)
{
    static const char nul[] = "\\u0000", shown[] = "\\ufffd";
    char *copy = NULL;

    for (gsize i = 0; i + strlen(nul) <= size; i++) {
        if (text[i] == '\\' && memcmp(text + i, nul, strlen(nul)) == 0) {
            if (copy == NULL)
                copy = g_strndup(text, size);
            memcpy(copy + i, shown, sizeof shown - 1);
        }
        i += text[i] == '\\'; /* what is escaped begins no escape */
    }
    return copy;
}

JsonObject *
dcc_json_from_text(const char *text, gssize length, GError **error)
{
    g_return_val_if_fail(text != NULL, NULL);

    g_autoptr(JsonParser) parser = json_parser_new_immutable();
    g_autoptr(GError) problem = NULL;
    gsize size = length < 0 ? strlen(text) : (gsize)length;
    g_autofree char *replaced = NULL;

    if (!check_text(text, size, error))
        return NULL;
    replaced = replace_nul(text, size);
    if (!json_parser_load_from_data(
            parser, replaced != NULL ? replaced : text, (gssize)size, &problem)) {
        g_set_error(error, DCC_ERROR, DCC_ERROR_PROTOCOL, "not JSON: %s", problem->message);
        return NULL;
    }

    JsonNode *root = json_parser_get_root(parser);

    if (root == NULL || !JSON_NODE_HOLDS_OBJECT(root)) {
        g_set_error(error, DCC_ERROR, DCC_ERROR_PROTOCOL, "not a JSON object");
        return NULL;
    }
    if (!is_finite(root)) {
        g_set_error(error, DCC_ERROR, DCC_ERROR_PROTOCOL, "not JSON: a number is out of bounds");
        return NULL;
    }
    return json_object_ref(json_node_get_object(root));
}

static JsonNode *
bytes_to_node(const char *bytes)
{
    if (bytes == NULL)
        return json_node_new(JSON_NODE_NULL);

    JsonNode *node = json_node_alloc();

    if (g_utf8_validate(bytes, -1, NULL))
        return json_node_init_string(node, bytes);

    g_autoptr(JsonObject) wrapped = json_object_new();
    g_autofree char *encoded = g_base64_encode((const guchar *)bytes, strlen(bytes));

    json_object_set_string_member(wrapped, BYTES_MEMBER, encoded);
    return json_node_init_object(node, wrapped);
}

static char *
decode(const char *encoded)
{
    gsize length = 0;
    g_autofree guchar *bytes = g_base64_decode(encoded, &length);
    /* The decoder skips what it does not know; only what it would write itself is taken. */
    g_autofree char *again = g_base64_encode(bytes, length);

    if (!g_str_equal(again, encoded) || memchr(bytes, '\0', length) != NULL)
        return NULL;
    return g_strndup((const char *)bytes, length);
}

static char *
node_to_bytes(JsonNode *node)
{
    if (node == NULL)
        return NULL;
    if (JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING)
        return json_node_dup_string(node);
    if (!JSON_NODE_HOLDS_OBJECT(node))
        return NULL;

    const char *encoded = dcc_json_get_string(json_node_get_object(node), BYTES_MEMBER, NULL);

    return encoded != NULL ? decode(encoded) : NULL;
}

void
dcc_json_set_bytes(JsonObject *object, const char *member, const char *bytes)
{
    g_return_if_fail(object != NULL && member != NULL);

    json_object_set_member(object, member, bytes_to_node(bytes));
}

char *
dcc_json_get_bytes(JsonObject *object, const char *member)
{
    return object != NULL ? node_to_bytes(json_object_get_member(object, member)) : NULL;
}

void
dcc_json_set_bytesv(JsonObject *object, const char *member, const char *const *strings)
{
    g_return_if_fail(object != NULL && member != NULL);

    JsonArray *array = json_array_new();

    for (gsize i = 0; strings != NULL && strings[i] != NULL; i++)
        json_array_add_element(array, bytes_to_node(strings[i]));
    json_object_set_array_member(object, member, array);
}

static char *
node_to_text(JsonNode *node)
{
    gboolean is_text =
        JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING;

    return is_text ? json_node_dup_string(node) : NULL;
}

static char **
get_strings(JsonObject *object, const char *member, char *(*read)(JsonNode *node))
{
    JsonArray *array = dcc_json_get_array(object, member);

    if (array == NULL)
        return NULL;

    guint n = json_array_get_length(array);
    g_auto(GStrv) strings = g_new0(char *, n + 1);

    for (guint i = 0; i < n; i++) {
        strings[i] = read(json_array_get_element(array, i));
        if (strings[i] == NULL)
            return NULL;
    }
    return g_steal_pointer(&strings);
}

char *
dcc_json_element_bytes(JsonArray *array, guint i)
{
    g_return_val_if_fail(array != NULL && i < json_array_get_length(array), NULL);

    return node_to_bytes(json_array_get_element(array, i));
}

char **
dcc_json_get_bytesv(JsonObject *object, const char *member)
{
    return get_strings(object, member, node_to_bytes);
}

char **
dcc_json_get_textv(JsonObject *object, const char *member)
{
    return get_strings(object, member, node_to_text);
}
