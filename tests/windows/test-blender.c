/* The main job with Blender's module for Windows, by the commands that people type: launched, asked, edited, crashed, the
 * edit back, stopped. The arguments: dcchost, blender (blender.c). Skipped where that module was not put beside the build
 * (install.py DIRECTORY blender). */
#include "dcc-test.h"
#include "dcchost.h"

#include <glib/gstdio.h>

#include <string.h>

#define PATIENCE_MS 180000
#define EDIT        "bpy.ops.mesh.primitive_monkey_add(); bpy.context.object.name = 'Precious'"
#define OBJECTS     "result = ' '.join(o.name for o in bpy.data.objects)"
#define CRASH       "import faulthandler; faulthandler._read_null()"

static char *dcchost, *blender;

/* What it printed, both streams together; of stdout alone where that is JSON. */
static char *
run(int expected, const char *first, ...)
{
    g_autoptr(GStrvBuilder) words = g_strv_builder_new();
    g_auto(GStrv) argv = NULL;
    g_autoptr(GSubprocess) process = NULL;
    g_autoptr(GError) error = NULL;
    char *output = NULL;
    va_list more;

    g_strv_builder_add(words, dcchost);
    va_start(more, first);
    for (const char *word = first; word != NULL; word = va_arg(more, const char *))
        g_strv_builder_add(words, word);
    va_end(more);
    argv = g_strv_builder_end(words);
    process = g_subprocess_newv((const char *const *)argv,
                                G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE,
                                &error);
    g_assert_no_error(error);
    g_subprocess_communicate_utf8(process, NULL, NULL, &output, NULL, &error);
    g_assert_no_error(error);
    g_test_message("%s: %s", first, output);
    g_assert_cmpint(g_subprocess_get_exit_status(process), ==, expected);
    return output;
}

static JsonObject *
read_object(const char *text)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autoptr(GError) error = NULL;

    json_parser_load_from_data(parser, text, -1, &error);
    g_assert_no_error(error);
    return json_object_ref(json_node_get_object(json_parser_get_root(parser)));
}

static JsonObject *
read_status(DccRuntime *runtime)
{
    g_autoptr(GError) error = NULL;
    JsonObject *status = dcc_instance_get_status(runtime, "blender", &error);

    g_assert_no_error(error);
    return status;
}

/* (transfer full): on Blender's main thread, what it set `result` to. NULL: it did not come back. */
static char *
run_inside(DccRuntime *runtime, const char *source, gint64 timeout_ms)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(DccClient) client = dcc_client_new(runtime, "blender", &error);
    g_autoptr(JsonObject) answer = NULL;
    JsonObject *inner = json_object_new();
    JsonObject *params = json_object_new();

    g_assert_no_error(error);
    json_object_set_string_member(inner, "source", source);
    json_object_set_string_member(params, "method", "run");
    json_object_set_object_member(params, "params", inner);
    json_object_set_int_member(params, "timeout_ms", timeout_ms);
    answer = dcc_client_call(client, "agent", params, timeout_ms, &error);
    if (answer == NULL)
        g_test_message("%s: %s", source, error->message);
    return answer != NULL
               ? g_strdup(json_object_get_string_member_with_default(answer, "value", ""))
               : NULL;
}

static gboolean
is_newer(const char *dir, const char *file, gint64 since_s)
{
    g_autofree char *path = g_build_filename(dir, file, NULL);
    GStatBuf facts;

    return g_stat(path, &facts) == 0 && (gint64)facts.st_mtime > since_s;
}

/* In the run's own directory, some moments after an edit. */
static gboolean
has_rescue_copy(const char *temp, gint64 since_s)
{
    g_autoptr(GDir) dirs = g_dir_open(temp, 0, NULL);
    const char *name;

    while (dirs != NULL && (name = g_dir_read_name(dirs)) != NULL) {
        g_autofree char *path = g_build_filename(temp, name, NULL);
        g_autoptr(GDir) files = g_dir_open(path, 0, NULL);
        const char *file;

        while (files != NULL && (file = g_dir_read_name(files)) != NULL)
            if (g_str_has_suffix(file, "_rescue.blend") && is_newer(path, file, since_s))
                return TRUE;
    }
    return FALSE;
}

static gboolean
is_next_life(DccRuntime *runtime, gint64 pid)
{
    g_autoptr(JsonObject) status = read_status(runtime);

    return json_object_get_boolean_member_with_default(status, "ready", FALSE) &&
           json_object_get_int_member_with_default(status, "pid", pid) != pid;
}

/* The world takes all such variables away, but what this one's application needs. */
static DccTestWorld *
make_world(void)
{
    static const char *const names[] = {
        "DCC_TEST_BLENDER_MODULES", "DCC_TEST_BLENDER_PYTHON", "DCC_TEST_BLENDER_MAIN"};
    char *values[G_N_ELEMENTS(names)];
    DccTestWorld *world;

    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        values[i] = g_strdup(g_getenv(names[i]));
    world = dcc_test_world_new();
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_setenv(names[i], values[i], TRUE);
        g_free(values[i]);
    }
    g_setenv("DCCHOST_BLENDER_EXECUTABLE", blender, TRUE);
    return world;
}

/* Its number, when it is ready. */
static gint64
launch(void)
{
    g_autofree char *launched = run(0,
                                    "launch",
                                    "blender",
                                    "-d",
                                    "--wait",
                                    "ready",
                                    "--json",
                                    "--headless",
                                    "--recover",
                                    "auto",
                                    "--backoff",
                                    "fixed:50ms",
                                    "--set",
                                    "rescue-period=200ms",
                                    NULL);
    g_autoptr(JsonObject) status = read_object(launched);

    g_assert_true(json_object_get_boolean_member(status, "ready"));
    return json_object_get_int_member(status, "pid");
}

static void
edit_and_crash(DccTestWorld *world, DccRuntime *runtime)
{
    g_autofree char *temp = dcc_test_world_build_path(world, "tmp");
    gint64 edited = g_get_real_time() / G_USEC_PER_SEC;

    g_free(run_inside(runtime, EDIT, PATIENCE_MS));
    dcc_test_wait_for(has_rescue_copy(temp, edited), PATIENCE_MS);
    g_free(run_inside(runtime, CRASH, 10000));
}

static void
assert_says(const char *verb, const char *a, const char *b)
{
    g_autofree char *said = run(0, verb, "blender", NULL);

    g_assert_nonnull(strstr(said, a));
    g_assert_nonnull(strstr(said, b));
}

static void
test_an_edit_comes_back(void)
{
    const char *modules = g_getenv("DCC_TEST_BLENDER_MODULES");
    g_autoptr(DccTestWorld) world = NULL;
    g_autoptr(DccRuntime) runtime = NULL;
    g_autoptr(JsonObject) status = NULL;
    g_autofree char *objects = NULL;
    gint64 pid;

    if (modules == NULL || !g_file_test(modules, G_FILE_TEST_IS_DIR)) {
        g_test_skip("Blender's module for Windows is not here");
        return;
    }
    world = make_world();
    runtime = dcc_runtime_open(NULL);
    pid = launch();
    assert_says("probe", "blender: ok", "answered in");
    edit_and_crash(world, runtime);
    dcc_test_wait_for(is_next_life(runtime, pid), PATIENCE_MS);
    objects = run_inside(runtime, OBJECTS, PATIENCE_MS);
    g_assert_nonnull(strstr(objects, "Precious"));
    status = read_status(runtime);
    g_assert_true(
        g_str_has_suffix(json_object_get_string_member(status, "recovered"), "_rescue.blend"));
    assert_says("why", "11 (Segmentation fault)", "started again, from the newest unsaved work");
    assert_says("stop", "saved", "stopped: quit as asked");
}

int
main(int argc, char **argv)
{
    dcc_test_init(&argc, &argv);
    g_assert_cmpint(argc, ==, 3);
    dcchost = g_canonicalize_filename(argv[1], NULL);
    blender = g_canonicalize_filename(argv[2], NULL);
    g_test_add_func("/windows/blender/an-edit-comes-back", test_an_edit_comes_back);
    return g_test_run();
}
