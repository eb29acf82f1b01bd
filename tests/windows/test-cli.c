/* dcchost.exe: the verbs that are there. The arguments: the program, the build's root, a program that says a version. */
#include "dcc-file-name.h"
#include "dcc-json.h"
#include "dcc-spawn.h"

#include <glib/gstdio.h>
#include <string.h>

#define PATIENCE 60000

static char *dcchost, *build, *place;

/* What it printed, both streams together. */
static char *
run(int expected, const char *first, ...)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autoptr(GError) error = NULL;
    int status = -1;
    char *output;
    va_list words;

    g_ptr_array_add(argv, dcchost);
    va_start(words, first);
    for (const char *word = first; word != NULL; word = va_arg(words, const char *))
        g_ptr_array_add(argv, (gpointer)word);
    va_end(words);
    g_ptr_array_add(argv, NULL);
    output =
        dcc_command_run((const char *const *)argv->pdata, NULL, PATIENCE, 100000, &status, &error);
    g_assert_no_error(error);
    g_test_message("%s: %s", first, output);
    g_assert_cmpint(status, ==, expected);
    return output;
}

static JsonArray *
run_json(const char *first, const char *second)
{
    g_autofree char *output = run(0, first, "--json", second, NULL);
    g_autoptr(GError) error = NULL;
    JsonNode *node = json_from_string(output, &error);
    JsonArray *list;

    g_assert_no_error(error);
    list = json_array_ref(json_node_get_array(node));
    json_node_unref(node);
    return list;
}

static void
test_version(void)
{
    g_autofree char *output = run(0, "--version", NULL);

    g_assert_true(g_str_has_prefix(output, "dcchost "));
}

/* Below /tmp: wine does not tell of the bit that keeps others from what is not theirs. */
static gboolean
is_refused_for_others(void)
{
    g_autoptr(JsonArray) list = run_json("adapters", NULL);
    JsonObject *first = json_array_get_object_element(list, 0);
    const char *reason = dcc_json_get_string(first, "reason", "");

    if (strstr(reason, "others can write the directory") == NULL)
        return FALSE;
    g_test_skip("others may write to a directory above the build");
    return TRUE;
}

static void
test_adapters(void)
{
    g_autoptr(JsonArray) list = run_json("adapters", NULL);

    g_assert_cmpuint(json_array_get_length(list), ==, 3);
    for (guint i = 0; i < 3 && !is_refused_for_others(); i++)
        g_assert_true(
            json_object_get_boolean_member(json_array_get_object_element(list, i), "loaded"));
}

/* Its version is what it says when it is run. */
static void
test_list(void)
{
    g_autoptr(JsonArray) list = NULL;
    JsonObject *one;

    if (is_refused_for_others())
        return;
    list = run_json("list", "blender");
    one = json_array_get_object_element(list, 0);
    g_assert_cmpuint(json_array_get_length(list), ==, 1);
    g_assert_cmpstr(json_object_get_string_member(one, "version"), ==, "4.2.3");
    g_assert_true(g_str_has_suffix(json_object_get_string_member(one, "executable"),
                                   "/b l\xc3\xa4nder/blender.exe"));
}

static void
test_not_installed(void)
{
    g_autofree char *output = NULL;

    if (is_refused_for_others())
        return;
    output = run(69, "list", "maya", NULL);
    g_assert_nonnull(strstr(output, "Autodesk/Maya*/bin/maya.exe"));
}

static void
test_doctor(void)
{
    g_autofree char *output = NULL;

    if (is_refused_for_others())
        return;
    output = run(0, "doctor", NULL);
    g_assert_nonnull(strstr(output, "job objects"));
    g_assert_nonnull(strstr(output, "4.2.3"));
}

static void
test_mcp(void)
{
    g_autofree char *help = run(0, "--help", NULL);
    g_autofree char *config = run(0, "mcp", "--print-config", "claude-code", "--read-only", NULL);
    g_autofree char *wrong = run(2, "mcp", "--allow", "everything", NULL);
    g_autofree char *ended = run(0, "mcp", NULL); /* its input has ended */

    g_assert_nonnull(strstr(help, "\n  mcp"));
    g_assert_nonnull(strstr(config, "/dcchost.exe\""));
    g_assert_nonnull(strstr(wrong, "run-python"));
    g_assert_cmpstr(ended, ==, "");
}

static void
set_environment(const char *hands)
{
    g_autofree char *core = g_strconcat(build, "/core;", g_getenv("PATH"), NULL);
    g_autofree char *adapters = g_strdup_printf(
        "%s/adapters/blender;%s/adapters/maya;%s/adapters/houdini", build, build, build);
    g_autofree char *directory = g_strconcat(place, "/b l\xc3\xa4nder", NULL);
    g_autofree char *blender = g_strconcat(directory, "/blender.exe", NULL);
    g_autofree char *cache = g_strconcat(place, "/cache", NULL);
    g_autofree char *bytes = NULL;
    gsize length;

    g_assert_cmpint(g_mkdir(directory, 0700), ==, 0);
    g_assert_true(g_file_get_contents(hands, &bytes, &length, NULL));
    g_assert_true(g_file_set_contents(blender, bytes, (gssize)length, NULL));
    g_setenv("PATH", core, TRUE);
    g_setenv("DCCHOST_ADAPTER_PATH", adapters, TRUE);
    g_setenv("DCCHOST_BLENDER_EXECUTABLE", blender, TRUE);
    g_setenv("XDG_CACHE_HOME", cache, TRUE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_cmpint(argc, ==, 4);
    g_autofree char *here = g_get_current_dir();
    g_autofree char *program = g_canonicalize_filename(argv[1], here);

    dcchost = dcc_file_name_normalize(program);
    build = dcc_file_name_normalize(argv[2]);
    place = dcc_file_name_normalize(g_dir_make_tmp("dcc-XXXXXX", NULL));
    set_environment(argv[3]);
    g_test_add_func("/cli/version", test_version);
    g_test_add_func("/cli/adapters", test_adapters);
    g_test_add_func("/cli/list", test_list);
    g_test_add_func("/cli/not-installed", test_not_installed);
    g_test_add_func("/cli/doctor", test_doctor);
    g_test_add_func("/cli/mcp", test_mcp);
    return g_test_run();
}
