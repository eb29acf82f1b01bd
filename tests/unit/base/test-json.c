/* Bytes come back byte for byte, and a hostile text is refused before it does harm. */
#include <string.h>

#include "dcc-error.h"
#include "dcc-json.h"

static JsonObject *
parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    JsonObject *object = dcc_json_from_text(text, -1, &error);

    g_assert_no_error(error);
    g_assert_nonnull(object);
    return object;
}

static JsonObject *
there_and_back(JsonObject *object)
{
    g_autofree char *line = dcc_json_to_line(object);

    g_assert_null(strchr(line, '\n'));
    g_assert_true(g_utf8_validate(line, -1, NULL));
    return parse(line);
}

static void
test_members(void)
{
    g_autoptr(JsonObject) o =
        parse("{\"s\":\"x\",\"i\":-7,\"d\":2.5,\"w\":5.0,\"b\":true,\"o\":{},\"a\":[],\"n\":null}");

    g_assert_cmpstr(dcc_json_get_string(o, "s", "?"), ==, "x");
    g_assert_cmpint(dcc_json_get_int(o, "i", 1), ==, -7);
    g_assert_cmpint(dcc_json_get_int(o, "w", 1), ==, 5);
    g_assert_cmpfloat(dcc_json_get_double(o, "d", 1), ==, 2.5);
    g_assert_cmpfloat(dcc_json_get_double(o, "i", 1), ==, -7);
    g_assert_true(dcc_json_get_boolean(o, "b", FALSE));
    g_assert_nonnull(dcc_json_get_object(o, "o"));
    g_assert_nonnull(dcc_json_get_array(o, "a"));
}

/* Absent, null, or of another type: all the same, and no warning. */
static void
test_fallbacks(void)
{
    static const char *const names[] = {"absent", "n", "s", "i", "d", "b", "o", "a"};
    g_autoptr(JsonObject) o =
        parse("{\"s\":\"x\",\"i\":7,\"d\":2.5,\"b\":true,\"o\":{},\"a\":[],\"n\":null}");

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        char c = names[i][0] == 'a' && names[i][1] != '\0' ? '-' : names[i][0];

        if (c != 's')
            g_assert_cmpstr(dcc_json_get_string(o, names[i], "?"), ==, "?");
        if (c != 'i')
            g_assert_cmpint(dcc_json_get_int(o, names[i], 99), ==, 99);
        if (c != 'd' && c != 'i')
            g_assert_cmpfloat(dcc_json_get_double(o, names[i], 99), ==, 99);
        if (c != 'b')
            g_assert_true(dcc_json_get_boolean(o, names[i], TRUE));
        if (c != 'o')
            g_assert_null(dcc_json_get_object(o, names[i]));
        if (c != 'a')
            g_assert_null(dcc_json_get_array(o, names[i]));
    }
    g_assert_cmpint(dcc_json_get_int(NULL, "x", 3), ==, 3);
    g_assert_null(dcc_json_get_bytes(NULL, "x"));
}

static void
test_huge_doubles_are_no_ints(void)
{
    g_autoptr(JsonObject) o = parse("{\"a\":1e300,\"b\":-1e300,\"c\":1.5}");

    g_assert_cmpint(dcc_json_get_int(o, "a", 4), ==, 4);
    g_assert_cmpint(dcc_json_get_int(o, "b", 4), ==, 4);
    g_assert_cmpint(dcc_json_get_int(o, "c", 4), ==, 4);
}

static void
check_bytes(const char *bytes)
{
    g_autoptr(JsonObject) object = json_object_new();

    dcc_json_set_bytes(object, "m", bytes);

    g_autoptr(JsonObject) again = there_and_back(object);
    g_autofree char *got = dcc_json_get_bytes(again, "m");

    g_assert_cmpstr(got, ==, bytes);
}

static void
test_bytes(void)
{
    static const char *const samples[] = {
        "",
        "plain",
        "new\nline\r\ttab",
        "quote\" back\\slash /",
        "\xff\xfe",
        "caf\xe9",
        "\xc3\xa9t\xc3\xa9",
        "\xed\xa0\x80",
        "\x7f\x01",
        "\xe2\x80\xa8",
        "\xf0\x9f\x8e\xa8",
        "{\"base64\":\"eA==\"}",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(samples); i++)
        check_bytes(samples[i]);
}

static void
test_every_byte(void)
{
    char text[3] = {'x', 0, 0};

    for (int c = 1; c < 256; c++) {
        text[1] = (char)c;
        check_bytes(text);
        check_bytes(text + 1);
    }
}

static void
test_every_character(void)
{
    g_autoptr(GString) all = g_string_new(NULL);

    for (gunichar c = 1; c <= 0x10ffff; c++)
        if (g_unichar_validate(c))
            g_string_append_unichar(all, c);
    check_bytes(all->str);
}

static void
test_long_argument(void)
{
    g_autofree char *long_text = g_strnfill(128 * 1024, 'x');

    check_bytes(long_text);
    long_text[77777] = '\xff';
    check_bytes(long_text);
}

static void
test_bytesv(void)
{
    static const char *const strings[] = {"a", "", "\xff", "b\nc", NULL};
    static const char *const none[] = {NULL};
    g_autoptr(JsonObject) object = json_object_new();

    dcc_json_set_bytesv(object, "argv", strings);
    dcc_json_set_bytesv(object, "none", none);
    dcc_json_set_bytesv(object, "null", NULL);

    g_autoptr(JsonObject) again = there_and_back(object);
    g_auto(GStrv) argv = dcc_json_get_bytesv(again, "argv");
    g_auto(GStrv) empty = dcc_json_get_bytesv(again, "none");
    g_auto(GStrv) null = dcc_json_get_bytesv(again, "null");

    g_assert_true(g_strv_equal(strings, (const char *const *)argv));
    g_assert_cmpuint(g_strv_length(empty), ==, 0);
    g_assert_cmpuint(g_strv_length(null), ==, 0);
}

static void
test_malformed_bytes(void)
{
    static const char *const bad[] = {
        "{}",
        "{\"m\":null}",
        "{\"m\":7}",
        "{\"m\":[]}",
        "{\"m\":{}}",
        "{\"m\":{\"base64\":7}}",
        "{\"m\":{\"base64\":\"!!\"}}",
        "{\"m\":{\"base64\":\"eA\"}}",
        "{\"m\":{\"base64\":\"AA==\"}}",
        "{\"m\":true}",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(JsonObject) object = parse(bad[i]);

        g_assert_null(dcc_json_get_bytes(object, "m"));
    }

    g_autoptr(JsonObject) list = parse("{\"m\":[\"a\",7]}");

    g_assert_null(dcc_json_get_bytesv(list, "m"));
    g_assert_null(dcc_json_get_bytesv(list, "other"));
}

static void
refuse(const char *text, gssize length)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(dcc_json_from_text(text, length, &error));
    g_assert_true(dcc_error_is_protocol(error));
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
}

static void
test_refusals(void)
{
    static const char *const bad[] = {
        "",
        " ",
        "[]",
        "7",
        "null",
        "\"x\"",
        "{",
        "}",
        "{]",
        "{\"a\":}",
        "{\"a\":1",
        "{\"a\":1}}",
        "{'a':1}",
        "{a:1}",
        "/* x */{}",
        "// x\n{}",
        "var x = {}",
        "{\"a\":\"\xff\"}",
        "{\"a\" 1}",
        "{\"a\":1,}",
        "{\"a\":\"",
        "{} {}",
        "{\"a\":undefined}",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *shown = g_strescape(bad[i], NULL);

        g_test_message("%s", shown);
        refuse(bad[i], -1);
    }
    refuse("{\"a\":\"\0\"}", 9);
}

/* Nothing that is asked for is taken for what stands before a NUL in it. */
static void
test_nul(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonObject) object = dcc_json_from_text(
        "{\"method\":\"quit\\u0000x\",\"a\\u0000\":1,\"b\":\"\\\\u0000\"}", -1, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(dcc_json_get_string(object, "method", NULL), ==, "quit\xef\xbf\xbdx");
    g_assert_false(json_object_has_member(object, "a"));
    g_assert_cmpint(dcc_json_get_int(object, "a\xef\xbf\xbd", 0), ==, 1);
    g_assert_cmpstr(dcc_json_get_string(object, "b", NULL), ==, "\\u0000");
}

static char *
nest(const char *open, const char *close, guint depth)
{
    g_autoptr(GString) text = g_string_new("{\"a\":");

    for (guint i = 1; i < depth; i++)
        g_string_append(text, open);
    if (open[0] == '{')
        g_string_append(text, "1");
    for (guint i = 1; i < depth; i++)
        g_string_append(text, close);
    g_string_append(text, "}");
    return g_strdup(text->str);
}

static void
test_depth(void)
{
    g_autofree char *lists = nest("[", "]", 64);
    g_autofree char *objects = nest("{\"a\":", "}", 64);
    g_autofree char *too_many_lists = nest("[", "]", 65);
    g_autofree char *too_many_objects = nest("{\"a\":", "}", 65);
    g_autofree char *brackets = g_strnfill(1024 * 1024, '[');
    g_autofree char *hidden = g_strdup_printf("/* \" */ %s", brackets);
    g_autofree char *quoted = g_strdup_printf("{\"a\":'\"' %s", brackets);
    g_autofree char *harmless = g_strdup_printf("{\"a\":\"%s\\\"[\"}", brackets);

    json_object_unref(parse(lists));
    json_object_unref(parse(objects));
    json_object_unref(parse(harmless));
    refuse(too_many_lists, -1);
    refuse(too_many_objects, -1);
    refuse(brackets, -1);
    refuse(hidden, -1);
    refuse(quoted, -1);
}

/* What json-glib would take and could not give back: escapes of its own, numbers beyond all bounds.
 */
static void
test_what_cannot_be_written_again(void)
{
    static const char *const bad[] = {
        "{\"a\":\"\\337\"}",
        "{\"a\":\"\\x41\"}",
        "{\"a\":\"\\",
        "{\"a\":1e999}",
        "{\"a\":[{\"b\":-1e999}]}",
    };
    static const char all[] = "\x01\x02\x1e\x1f\x7f";
    g_autoptr(JsonObject) object = json_object_new();
    g_autofree char *line = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(dcc_json_from_text(bad[i], -1, &error));
        g_assert_true(dcc_error_is_protocol(error));
    }
    json_object_set_string_member(object, "a", all);
    line = dcc_json_to_line(object);
    for (const char *c = line; *c != '\0'; c++)
        g_assert_cmpuint((guchar)*c, >=, 0x20);
    g_clear_pointer(&object, json_object_unref);
    object = dcc_json_from_text(line, -1, NULL);
    g_assert_cmpstr(dcc_json_get_string(object, "a", ""), ==, all);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/json/nul", test_nul);
    g_test_add_func("/json/members", test_members);
    g_test_add_func("/json/fallbacks", test_fallbacks);
    g_test_add_func("/json/huge-doubles-are-no-ints", test_huge_doubles_are_no_ints);
    g_test_add_func("/json/bytes", test_bytes);
    g_test_add_func("/json/every-byte", test_every_byte);
    g_test_add_func("/json/every-character", test_every_character);
    g_test_add_func("/json/long-argument", test_long_argument);
    g_test_add_func("/json/bytesv", test_bytesv);
    g_test_add_func("/json/malformed-bytes", test_malformed_bytes);
    g_test_add_func("/json/refusals", test_refusals);
    g_test_add_func("/json/depth", test_depth);
    g_test_add_func("/json/what-cannot-be-written-again", test_what_cannot_be_written_again);
    return g_test_run();
}
