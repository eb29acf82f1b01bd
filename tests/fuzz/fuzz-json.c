/* Any text: an object or an error. What was read can be written and read again. */
#include "dcc-json.h"
#include "fuzz.h"

#include <string.h>

static const char *const seeds[] = {
    "{}",
    "{\"a\":1,\"b\":[true,null,1.5e3,\"x\\u00e9\\n\"],\"c\":{\"base64\":\"L2NhZuk=\"}}",
    "{\"jsonrpc\":\"2.0\",\"id\":-9223372036854775808,\"method\":\"\",\"params\":{\"s\":\"\\\\\"}}",
};

GBytes *
fuzz_make_seed(guint n)
{
    return n < G_N_ELEMENTS(seeds) ? g_bytes_new_static(seeds[n], strlen(seeds[n])) : NULL;
}

static void
look(JsonObject *object, const char *member, JsonNode *node, gpointer data)
{
    g_auto(GStrv) strings = dcc_json_get_bytesv(object, member);
    g_autofree char *bytes = dcc_json_get_bytes(object, member);

    dcc_json_get_int(object, member, 0);
    dcc_json_get_double(object, member, 0);
    dcc_json_get_boolean(object, member, FALSE);
    dcc_json_get_string(object, member, NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonObject) object = dcc_json_from_text((const char *)data, (gssize)size, &error);

    g_assert_true((object == NULL) == (error != NULL));
    if (object != NULL) {
        g_autofree char *line = dcc_json_to_line(object);
        g_autoptr(JsonObject) again = dcc_json_from_text(line, -1, NULL);

        /* json-glib 1.6 writes a number too large for a double as inf.0, and takes octal escapes,
         * which make bytes of what was UTF-8 */
        g_assert_true(again != NULL || strstr(line, "inf.0") != NULL ||
                      !g_utf8_validate(line, -1, NULL));
        g_assert_null(strchr(line, '\n'));
        json_object_foreach_member(object, look, NULL);
    }
    return 0;
}
