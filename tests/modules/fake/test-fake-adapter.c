/* The fake adapter, loaded as the module it is, against what the fake application really prints and
 * does. */
#include "dcc-adapter-registry.h"
#include "dcc-test.h"

#include <signal.h>

static DccAdapter *
load(DccAdapterRegistry *registry)
{
    g_autoptr(GError) error = NULL;

    dcc_adapter_registry_load_for(registry, "fake");
    DccAdapter *adapter = dcc_adapter_registry_lookup(registry, "fake", &error);
    g_assert_no_error(error);
    return adapter;
}

static void
test_is_found(void)
{
    g_autoptr(DccAdapterRegistry) registry = dcc_adapter_registry_new();
    DccAdapter *adapter = load(registry);
    g_autoptr(DccSearch) search = dcc_search_new("/", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(GListModel) list = dcc_adapter_find_installations(adapter, search, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(dcc_adapter_get_title(adapter), ==, "Fake DCC");
    g_assert_cmpuint(g_list_model_get_n_items(list), ==, 1);
    g_autoptr(DccInstallation) found = g_list_model_get_item(list, 0);
    g_autofree char *version = dcc_adapter_read_version(adapter, found, "Fake 1.2.3\n");
    g_assert_cmpstr(version, ==, "1.2.3");
    g_assert_cmpstr(
        dcc_installation_get_executable(found), ==, g_getenv("DCCHOST_FAKE_EXECUTABLE"));
}

static void
test_plans(void)
{
    const char *const args[] = {"--no-agent", "--progress", "4", "--frames", "3", NULL};
    g_autoptr(DccAdapterRegistry) registry = dcc_adapter_registry_new();
    DccAdapter *adapter = load(registry);
    g_autoptr(DccInstallation) copy = dcc_installation_new("/x/fake", "1.2.3", "test");
    g_autoptr(DccLaunchRequest) request = dcc_launch_request_new("fake");
    g_autoptr(GError) error = NULL;
    int first, last, step;

    g_autoptr(DccLaunchPlan) plain = dcc_adapter_plan_launch(adapter, copy, request, &error);
    g_assert_no_error(error);
    g_assert_cmpint(dcc_launch_plan_get_readiness(plain), ==, DCC_READINESS_AGENT);
    g_autoptr(DccStopPlan) polite = dcc_adapter_plan_stop(adapter, request, &error);
    g_assert_cmpstr(dcc_stop_plan_get_save_method(polite), ==, "save");

    dcc_launch_request_set_args(request, args);
    dcc_launch_request_set_scene(request, "/x/a.scene");
    g_assert_true(dcc_launch_request_add_env(request, "DCCHOST_FAKE_DAEMON=faked", &error));
    g_autoptr(DccLaunchPlan) plan = dcc_adapter_plan_launch(adapter, copy, request, &error);
    g_assert_no_error(error);
    g_assert_cmpint(dcc_launch_plan_get_readiness(plan), ==, DCC_READINESS_SETTLE);
    g_assert_cmpstr(dcc_launch_plan_get_argv(plan)[1], ==, "/x/a.scene");
    g_assert_cmpstr(dcc_launch_plan_get_daemons(plan)[0], ==, "faked");
    dcc_launch_plan_get_frames(plan, &first, &last, &step);
    g_assert_cmpint(first, ==, 1);
    g_assert_cmpint(last, ==, 3);
    g_assert_cmpint(step, ==, 1);
    g_autoptr(DccStopPlan) stop = dcc_adapter_plan_stop(adapter, request, &error);
    g_assert_null(dcc_stop_plan_get_save_method(stop));
    g_autoptr(DccProbePlan) probe = dcc_adapter_plan_probe(adapter, request, &error);
    g_assert_cmpint(dcc_probe_plan_get_kind(probe), ==, DCC_PROBE_NONE);
}

/* What it prints, and the kinds of its significant lines in order. */
static void
test_lines(void)
{
    static const struct {
        const char *mode;
        DccOutputKind kind;
    } cases[] = {
        {"--progress 1 --every 0 --exit-after 0 --code 1", DCC_OUTPUT_PROGRESS},
        {"--crash-after 0", DCC_OUTPUT_CRASH},
        {"--licence-fail", DCC_OUTPUT_LICENCE},
        {"--bad-scene", DCC_OUTPUT_FATAL},
        {"--out-of-memory", DCC_OUTPUT_OOM},
        {"--exit-after 0", DCC_OUTPUT_DONE},
    };
    g_autoptr(DccAdapterRegistry) registry = dcc_adapter_registry_new();
    DccAdapter *adapter = load(registry);

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *line =
            g_strdup_printf("'%s' --no-agent %s", dcc_test_fake_executable(), cases[i].mode);
        g_autofree char *output = NULL;
        g_autoptr(GError) error = NULL;

        g_spawn_command_line_sync(line, &output, NULL, NULL, &error);
        g_assert_no_error(error);
        g_auto(GStrv) lines = g_strsplit(output, "\n", 2);
        g_autoptr(DccOutputEvent) event = dcc_adapter_read_line(adapter, lines[0]);
        g_assert_nonnull(event);
        g_assert_cmpint(dcc_output_event_get_kind(event), ==, cases[i].kind);
    }
    g_autoptr(DccOutputEvent) saved = dcc_adapter_read_line(adapter, "Saved: '/tmp/0001.png'");
    g_assert_cmpstr(dcc_output_event_get_text(saved), ==, "/tmp/0001.png");
    g_assert_null(dcc_adapter_read_line(adapter, "something else"));
}

static void
assert_verdict(DccAdapter *adapter, DccExitInfo *info, DccVerdictKind kind)
{
    g_autoptr(DccVerdict) verdict = dcc_adapter_judge_exit(adapter, info);

    g_assert_cmpint(dcc_verdict_get_kind(verdict), ==, kind);
    g_object_unref(info);
}

static void
test_verdicts(void)
{
    g_autoptr(DccAdapterRegistry) registry = dcc_adapter_registry_new();
    DccAdapter *adapter = load(registry);

    assert_verdict(adapter, dcc_exit_info_new_exited(0), DCC_VERDICT_CLEAN);
    assert_verdict(adapter, dcc_exit_info_new_exited(1), DCC_VERDICT_FAILED);
    assert_verdict(adapter, dcc_exit_info_new_exited(3), DCC_VERDICT_LICENCE);
    assert_verdict(adapter, dcc_exit_info_new_exited(4), DCC_VERDICT_BAD_SCENE);
    assert_verdict(adapter, dcc_exit_info_new_exited(127), DCC_VERDICT_BROKEN_INSTALL);
    assert_verdict(adapter, dcc_exit_info_new_exited(139), DCC_VERDICT_CRASH);
    assert_verdict(adapter, dcc_exit_info_new_exited(255), DCC_VERDICT_FAILED);
    assert_verdict(adapter, dcc_exit_info_new_signaled(SIGSEGV, TRUE), DCC_VERDICT_CRASH);
    assert_verdict(adapter, dcc_exit_info_new_signaled(SIGTERM, FALSE), DCC_VERDICT_CANCELLED);
    assert_verdict(adapter, dcc_exit_info_new_signaled(SIGKILL, FALSE), DCC_VERDICT_KILLED);
    assert_verdict(adapter, dcc_exit_info_new_lost("reboot"), DCC_VERDICT_UNKNOWN);

    DccExitInfo *ours = dcc_exit_info_new_signaled(SIGKILL, FALSE);
    dcc_exit_info_set_our_signal(ours, TRUE);
    dcc_exit_info_set_requested(ours, TRUE);
    assert_verdict(adapter, ours, DCC_VERDICT_CLEAN);
}

static void
test_rescue(void)
{
    DccTestWorld *world = dcc_test_world_new();
    g_autoptr(DccAdapterRegistry) registry = dcc_adapter_registry_new();
    DccAdapter *adapter = load(registry);
    g_autoptr(DccExitInfo) info = dcc_exit_info_new_signaled(SIGSEGV, FALSE);
    g_autoptr(GError) error = NULL;
    g_autofree char *output = NULL;
    g_autofree char *line =
        g_strdup_printf("'%s' --no-agent --crash-after 0 --crash-save", dcc_test_fake_executable());

    dcc_exit_info_set_temp_dir(info, g_getenv("TMPDIR"));
    g_spawn_command_line_sync(line, &output, NULL, NULL, &error);
    g_assert_no_error(error);
    g_autoptr(GListModel) list = dcc_adapter_list_rescue_files(adapter, info, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_list_model_get_n_items(list), ==, 3);
    dcc_test_world_free(world);
}

int
main(int argc, char **argv)
{
    dcc_test_init(&argc, &argv);
    g_test_add_func("/fake-adapter/is-found", test_is_found);
    g_test_add_func("/fake-adapter/plans", test_plans);
    g_test_add_func("/fake-adapter/lines", test_lines);
    g_test_add_func("/fake-adapter/verdicts", test_verdicts);
    g_test_add_func("/fake-adapter/rescue", test_rescue);
    return g_test_run();
}
