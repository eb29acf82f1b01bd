/* What is kept of an agent's words. */
#include "dcc-agent-text.h"

#include <string.h>

static JsonObject *
say(const char *member, const char *letter, guint times)
{
    JsonObject *params = json_object_new();
    g_autoptr(GString) text = g_string_new(NULL);

    while (times-- > 0)
        g_string_append(text, letter);
    json_object_set_string_member(params, member, text->str);
    return params;
}

static void
test_texts(void)
{
    g_autoptr(JsonObject) shorter = say("reason", "\xE2\x82\xAC", 333);
    g_autoptr(JsonObject) longer = say("reason", "\xE2\x82\xAC", 100000);
    g_autofree char *whole = dcc_agent_text_read(shorter, "reason", NULL);
    g_autofree char *cut = dcc_agent_text_read(longer, "reason", NULL);
    g_autofree char *fallback = dcc_agent_text_read(longer, "other", "none was given");
    g_autofree char *none = dcc_agent_text_read(longer, "other", NULL);

    g_assert_cmpuint(strlen(whole), ==, 999);
    g_assert_cmpuint(strlen(cut), <=, DCC_AGENT_TEXT_MAX);
    g_assert_true(g_utf8_validate(cut, -1, NULL));
    g_assert_true(g_str_has_suffix(cut, "\xE2\x82\xAC..."));
    g_assert_cmpstr(fallback, ==, "none was given");
    g_assert_null(none);
}

/* Half a path is the path of something else. */
static void
test_paths(void)
{
    g_autoptr(JsonObject) longest = say("copy", "/", DCC_AGENT_PATH_MAX);
    g_autoptr(JsonObject) longer = say("copy", "/", DCC_AGENT_PATH_MAX + 1);
    g_autofree char *whole = dcc_agent_text_read_path(longest, "copy", NULL);
    g_autofree char *unknown = dcc_agent_text_read_path(longer, "copy", "");
    g_autofree char *fallback = dcc_agent_text_read_path(longer, "scene", "");

    g_assert_cmpuint(strlen(whole), ==, DCC_AGENT_PATH_MAX);
    g_assert_null(unknown);
    g_assert_cmpstr(fallback, ==, "");
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/agent-text/texts", test_texts);
    g_test_add_func("/agent-text/paths", test_paths);
    return g_test_run();
}
