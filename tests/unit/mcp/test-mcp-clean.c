/* Text that an application wrote: what a person would not see, a model does not read. */
#include "mcp-clean.h"

#include "dcc-json.h"

#include <string.h>

static const struct {
    const char *text, *clean;
} cases[] = {
    {"plain", "plain"},
    {"", ""},
    {"one\ntwo\tthree", "one\ntwo\tthree"},
    {"a\001b\177c\rd", "abcd"},
    {"\033[31mred\033[0m", "red"},
    {"\033]0;title\007text", "text"},
    {"\033]8;;address\033\\link\033]8;;\033\\", "link"},
    {"\033Mup", "up"},
    {"cut \033[", "cut "},
    {"cut \033", "cut "},
    {"\033[12\nnext", "\nnext"},
    {"\xc2\x9b"
     "31mred",
     "red"},
    {"a\xe2\x80\xae"
     "b",
     "ab"}, /* right-to-left override */
    {"a\xe2\x81\xa6"
     "b\xe2\x81\xa9",
     "ab"}, /* isolates */
    {"a\xe2\x80\x8b"
     "b\xef\xbb\xbf",
     "ab"}, /* no width */
    {"a\xf3\xa0\x81\x81"
     "b",
     "ab"}, /* tags */
    {"a\xef\xb8\x8f"
     "b",
     "ab"}, /* variation selector */
    {"a\xe3\x85\xa4"
     "b",
     "ab"}, /* filler */
    {"a\xe2\x80\xa8"
     "b",
     "ab"}, /* line separator */
    {"gr\xc3\xbc\xc3\x9f \xe6\x97\xa5\xe6\x9c\xac", "gr\xc3\xbc\xc3\x9f \xe6\x97\xa5\xe6\x9c\xac"},
    {"bad \xff bytes", "bad \xef\xbf\xbd bytes"},
};

static void
test_cases(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *clean = mcp_clean_text(cases[i].text, 1000);
        g_autofree char *again = mcp_clean_text(clean, 1000);

        g_assert_cmpstr(clean, ==, cases[i].clean);
        g_assert_cmpstr(again, ==, clean);
    }
}

static void
test_cut(void)
{
    g_autofree char *clean = mcp_clean_text("0123456789", 4);

    g_assert_cmpstr(clean, ==, "0123 [6 more characters]");
}

/* All the way down, names of members too; bytes of any encoding become text. */
static void
test_tree(void)
{
    g_autoptr(JsonNode) node =
        json_from_string("{\"a\":[\"x\\u001b[1my\",{\"b\\u202e\":\"\\u200b\"}],\"n\":null,\"i\":7,"
                         "\"path\":{\"base64\":"
                         "\"L3Rt/w==\"}}",
                         NULL);
    g_autoptr(JsonNode) clean = mcp_clean_node(node);
    g_autofree char *text = json_to_string(clean, FALSE);

    g_assert_cmpstr(
        text, ==, "{\"a\":[\"xy\",{\"b\":\"\"}],\"n\":null,\"i\":7,\"path\":\"/tm\xef\xbf\xbd\"}");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mcp/clean/cases", test_cases);
    g_test_add_func("/mcp/clean/cut", test_cut);
    g_test_add_func("/mcp/clean/tree", test_tree);
    return g_test_run();
}
