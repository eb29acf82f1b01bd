/* Text that an application wrote, made fit for a model to read.
 *
 * Problem: what an application prints, and what its files and scenes are called, is data from
 * anywhere: a model that reads it must not be steered by what a person would not see (terminal
 * sequences, bidirectional overrides, characters of no width, the tags of plane 14), nor be drowned.
 */
#include "mcp-clean.h"

#include "dcc-json.h"
#include <string.h>

#define ESCAPE 0x1b
#define BELL   0x07
#define CSI    0x9b /* ESC [ in one character */

/* Behind what follows CSI: it ends with a byte from @ to ~. */
static const char *
skip_sequence(const char *text)
{
    while (*text != '\0' && *text != '\n' && !(*text >= '@' && *text <= '~'))
        text++;
    return *text != '\0' && *text != '\n' ? text + 1 : text;
}

/* Behind one escape sequence: OSC and its like end with BEL or ESC \, others are one character. */
static const char *
skip_escape(const char *text)
{
    if (*text == '[')
        return skip_sequence(text + 1);
    if (*text != '\0' && strchr("]PX^_", *text) != NULL) {
        for (text++; *text != '\0' && *text != BELL && *text != ESCAPE && *text != '\n';)
            text++;
        return *text == BELL ? text + 1 : text;
    }
    return *text != '\0' && *text != '\n' ? g_utf8_next_char(text) : text;
}

static gboolean
is_shown(gunichar c)
{
    switch (g_unichar_type(c)) {
    case G_UNICODE_CONTROL:
        return c == '\n' || c == '\t';
    case G_UNICODE_FORMAT: /* bidirectional, of no width, tags */
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
        return FALSE;
    default:
        break;
    }
    /* Fillers that are letters by name, and variation selectors, which can carry bytes. */
    return c != 0x115f && c != 0x1160 && c != 0x3164 && c != 0xffa0 && c != 0x034f &&
           !(c >= 0xfe00 && c <= 0xfe0f) && !(c >= 0xe0100 && c <= 0xe01ef);
}

char *
mcp_clean_text(const char *text, gsize max)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *clean = g_string_new(NULL);
    gsize n = 0, left_out = 0;

    for (const char *p = valid; *p != '\0';) {
        gunichar c = g_utf8_get_char(p);

        p = g_utf8_next_char(p);
        if (c == ESCAPE)
            p = skip_escape(p);
        else if (c == CSI)
            p = skip_sequence(p);
        else if (is_shown(c) && n++ < max)
            g_string_append_unichar(clean, c);
        else if (is_shown(c))
            left_out++;
    }
    if (left_out > 0)
        g_string_append_printf(clean, " [%" G_GSIZE_FORMAT " more characters]", left_out);
    return g_string_free(clean, FALSE);
}

static JsonNode *
clean_array(JsonArray *array)
{
    g_autoptr(JsonArray) clean = json_array_new();
    JsonNode *node = json_node_new(JSON_NODE_ARRAY);

    for (guint i = 0; i < json_array_get_length(array); i++)
        json_array_add_element(clean, mcp_clean_node(json_array_get_element(array, i)));
    json_node_set_array(node, clean);
    return node;
}

static JsonNode *
clean_object(JsonObject *object)
{
    g_autoptr(JsonObject) clean = json_object_new();
    JsonNode *node = json_node_new(JSON_NODE_OBJECT);
    JsonObjectIter iter;
    const char *name;
    JsonNode *member;

    json_object_iter_init_ordered(&iter, object);
    while (json_object_iter_next_ordered(&iter, &name, &member)) {
        g_autofree char *key = mcp_clean_text(name, MCP_CLEAN_MAX_TEXT);

        json_object_set_member(clean, key, mcp_clean_node(member));
    }
    json_node_set_object(node, clean);
    return node;
}

static JsonNode *
clean_string(const char *text)
{
    g_autofree char *clean = mcp_clean_text(text, MCP_CLEAN_MAX_TEXT);

    return json_node_init_string(json_node_alloc(), clean);
}

JsonNode *
mcp_clean_node(JsonNode *node)
{
    if (JSON_NODE_HOLDS_ARRAY(node))
        return clean_array(json_node_get_array(node));
    if (JSON_NODE_HOLDS_OBJECT(node)) {
        JsonObject *object = json_node_get_object(node);
        g_autoptr(JsonObject) wrapped = json_object_new();
        g_autofree char *bytes = NULL;

        json_object_set_object_member(wrapped, "it", json_object_ref(object));
        bytes = json_object_get_size(object) == 1 ? dcc_json_get_bytes(wrapped, "it") : NULL;
        return bytes != NULL ? clean_string(bytes) : clean_object(object);
    }
    if (JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING)
        return clean_string(json_node_get_string(node));
    return json_node_copy(node);
}
