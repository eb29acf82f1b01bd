/* The adapter's answers as tables, and the conformance suite over all of them. Nothing is started:
 * an adapter only answers. */
#include <dcchost.h>
#include <glib/gstdio.h>
#include <string.h>

GType
sketch_adapter_get_type(void);

static DccAdapter *
new_adapter(void)
{
    return g_object_new(sketch_adapter_get_type(), NULL);
}

/* Every question in every way, as a session may ask it. */
static void
test_conformance(void)
{
    g_autoptr(DccAdapter) adapter = new_adapter();
    g_autoptr(DccConformance) suite = dcc_conformance_new(adapter);
    g_autoptr(GListModel) rows = dcc_conformance_run(suite);

    for (guint i = 0; i < g_list_model_get_n_items(rows); i++) {
        g_autoptr(DccConformanceRow) row = g_list_model_get_item(rows, i);

        g_test_message(
            "%s: %s", dcc_conformance_row_get_question(row), dcc_conformance_row_get_seen(row));
        g_assert_cmpstr(dcc_conformance_row_get_reason(row), ==, NULL);
    }
}

/* A machine of the test's own, with one copy in /opt. */
static void
test_found(void)
{
    const char *const environment[] = {"PATH=/usr/bin", "HOME=/", NULL};
    g_autofree char *root = g_dir_make_tmp("sketch-XXXXXX", NULL);
    g_autofree char *directory = g_build_filename(root, "opt", "sketch-1.2", "bin", NULL);
    g_autofree char *program = g_build_filename(directory, "sketch", NULL);
    g_autoptr(DccAdapter) adapter = new_adapter();
    g_autoptr(DccSearch) search = NULL;
    g_autoptr(GListModel) found = NULL;
    g_autoptr(DccInstallation) first = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(g_mkdir_with_parents(directory, 0755), ==, 0);
    g_assert_true(g_file_set_contents(program, "#!/bin/sh\n", -1, NULL));
    g_assert_cmpint(g_chmod(program, 0755), ==, 0);
    search = dcc_search_new(root, environment);
    found = dcc_adapter_find_installations(adapter, search, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_list_model_get_n_items(found), ==, 1);
    first = g_list_model_get_item(found, 0);
    g_assert_true(g_str_has_suffix(dcc_installation_get_executable(first), "/bin/sketch"));

    g_unlink(program);
    while (strlen(directory) >= strlen(root)) {
        g_rmdir(directory);
        *strrchr(directory, '/') = '\0';
    }
}

static void
test_launch(void)
{
    static const struct {
        gboolean headless;
        const char *scene;
        const char *args[3];
        const char *expected;
    } cases[] = {
        {FALSE, NULL, {NULL}, "/opt/sketch"},
        {TRUE, NULL, {NULL}, "/opt/sketch --batch"},
        {TRUE, "/a b.scene", {"-x", "1", NULL}, "/opt/sketch --batch /a b.scene -x 1"},
    };
    g_autoptr(DccAdapter) adapter = new_adapter();
    g_autoptr(DccInstallation) installation = dcc_installation_new("/opt/sketch", "1.2", "test");

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(DccLaunchRequest) request = dcc_launch_request_new("sketch");
        g_autoptr(DccLaunchPlan) plan = NULL;
        g_autofree char *argv = NULL;
        g_autoptr(GError) error = NULL;

        dcc_launch_request_set_headless(request, cases[i].headless);
        dcc_launch_request_set_scene(request, cases[i].scene);
        dcc_launch_request_set_args(request, cases[i].args);
        plan = dcc_adapter_plan_launch(adapter, installation, request, &error);
        g_assert_no_error(error);
        argv = g_strjoinv(" ", (char **)dcc_launch_plan_get_argv(plan));
        g_assert_cmpstr(argv, ==, cases[i].expected);
    }
}

static void
test_lines(void)
{
    static const struct {
        const char *line;
        DccOutputKind kind;
    } cases[] = {
        {"Segmentation fault (core dumped)", DCC_OUTPUT_CRASH},
        {"error: no license for sketch", DCC_OUTPUT_LICENCE},
    };
    g_autoptr(DccAdapter) adapter = new_adapter();

    g_assert_null(dcc_adapter_read_line(adapter, "hello"));
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(DccOutputEvent) event = dcc_adapter_read_line(adapter, cases[i].line);

        g_assert_nonnull(event);
        g_assert_cmpint(dcc_output_event_get_kind(event), ==, cases[i].kind);
    }
}

static void
test_ends(void)
{
    static const struct {
        int code;
        DccVerdictKind kind;
    } cases[] = {
        {0, DCC_VERDICT_CLEAN},
        {1, DCC_VERDICT_FAILED},
        {3, DCC_VERDICT_LICENCE},
    };
    g_autoptr(DccAdapter) adapter = new_adapter();

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(DccExitInfo) info = dcc_exit_info_new_exited(cases[i].code);
        g_autoptr(DccVerdict) verdict = dcc_adapter_judge_exit(adapter, info);

        g_assert_cmpint(dcc_verdict_get_kind(verdict), ==, cases[i].kind);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sketch/conformance", test_conformance);
    g_test_add_func("/sketch/found", test_found);
    g_test_add_func("/sketch/launch", test_launch);
    g_test_add_func("/sketch/lines", test_lines);
    g_test_add_func("/sketch/ends", test_ends);
    return g_test_run();
}
