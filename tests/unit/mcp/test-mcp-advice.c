/* Commands for people, as calls of tools. */
#include "mcp-advice.h"

#include "dcc-json.h"

/* tool NULL: none is meant. */
static const struct {
    const char *said, *words, *tool, *arguments;
} cases[] = {
    {"nothing: it goes on", "nothing: it goes on", NULL, NULL},
    {"dcchost restart shot --recover",
     "restart {\"name\":\"shot\",\"recover\":true}",
     "restart",
     "{\"name\":\"shot\",\"recover\":true}"},
    {"dcchost restart shot, which saves first if it can",
     "restart {\"name\":\"shot\"}, which saves first if it can",
     "restart",
     "{\"name\":\"shot\"}"},
    {"dcchost kill shot-2.a, if it is past help",
     "kill {\"name\":\"shot-2.a\"}, if it is past help",
     "kill",
     "{\"name\":\"shot-2.a\"}"},
    {"dcchost launch blender --safe",
     "launch {\"app\":\"blender\",\"safe\":true}",
     "launch",
     "{\"app\":\"blender\",\"safe\":true}"},
    {"dcchost launch with --headless, or see that DISPLAY leads somewhere",
     "launch {\"headless\":true}, or see that DISPLAY leads somewhere",
     "launch",
     "{\"headless\":true}"},
    {"no instance called 'nix'; 'dcchost ps --all' shows them",
     "no instance called 'nix'; list_instances shows them",
     "list_instances",
     "{}"},
    {"nothing is running; 'dcchost launch APP' starts something",
     "nothing is running; launch starts something",
     "launch",
     "{}"},
    {"no session attends 'shot'; 'dcchost adopt shot' takes it over",
     "no session attends 'shot'; adopt {\"name\":\"shot\"} takes it over",
     "adopt",
     "{\"name\":\"shot\"}"},
    {"dcchost itself failed", "dcchost itself failed", NULL, NULL},
    {"dcchost ", "dcchost ", NULL, NULL},
};

static void
test_cases(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *words = mcp_advice_in_tools(cases[i].said);
        g_autoptr(JsonObject) object = mcp_advice_to_object(cases[i].said);
        JsonObject *arguments = dcc_json_get_object(object, "arguments");
        g_autofree char *text = arguments != NULL ? dcc_json_to_line(arguments) : NULL;

        g_assert_cmpstr(words, ==, cases[i].words);
        g_assert_cmpstr(dcc_json_get_string(object, "text", NULL), ==, cases[i].words);
        g_assert_cmpstr(dcc_json_get_string(object, "tool", NULL), ==, cases[i].tool);
        g_assert_cmpstr(text, ==, cases[i].arguments);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mcp/advice/cases", test_cases);
    return g_test_run();
}
