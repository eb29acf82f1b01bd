/* A plan keeps bytes as they are and changes an environment in the order of its steps. */
#include "dcc-launch-plan.h"

#define SEPARATOR G_SEARCHPATH_SEPARATOR_S

static void
test_argv(void)
{
    g_autoptr(DccLaunchPlan) plan = dcc_launch_plan_new("/opt/x/bin/app");
    static const char *const more[] = {"caf\xe9", "", NULL};

    dcc_launch_plan_add_arg(plan, "-b");
    dcc_launch_plan_add_args(plan, "a b", "new\nline", NULL);
    dcc_launch_plan_add_argv(plan, more);
    dcc_launch_plan_add_argv(plan, NULL);

    static const char *const expected[] = {
        "/opt/x/bin/app", "-b", "a b", "new\nline", "caf\xe9", "", NULL};

    g_assert_true(g_strv_equal(dcc_launch_plan_get_argv(plan), expected));
}

static void
assert_env(DccLaunchPlan *plan, const char *const *base, const char *key, const char *expected)
{
    g_auto(GStrv) env = dcc_launch_plan_apply_env(plan, base);

    g_assert_cmpstr(g_environ_getenv(env, key), ==, expected);
}

static void
test_env_order(void)
{
    static const char *const base[] = {"PATH=/usr/bin", "EMPTY=", "GONE=1", "KEPT=\xff", NULL};
    g_autoptr(DccLaunchPlan) plan = dcc_launch_plan_new("/bin/true");

    dcc_launch_plan_set_env(plan, "A", "1");
    dcc_launch_plan_set_env(plan, "A", "2");
    dcc_launch_plan_prepend_env(plan, "A", "0");
    dcc_launch_plan_prepend_env(plan, "PATH", "/opt/one");
    dcc_launch_plan_prepend_env(plan, "PATH", "/opt/two");
    dcc_launch_plan_prepend_env(plan, "EMPTY", "/first");
    dcc_launch_plan_prepend_env(plan, "NEW", "/only");
    dcc_launch_plan_unset_env(plan, "GONE");
    dcc_launch_plan_set_env(plan, "BACK", "x");
    dcc_launch_plan_unset_env(plan, "BACK");
    dcc_launch_plan_set_env(plan, "BACK", "y");

    assert_env(plan, base, "A", "0" SEPARATOR "2");
    assert_env(plan, base, "PATH", "/opt/two" SEPARATOR "/opt/one" SEPARATOR "/usr/bin");
    assert_env(plan, base, "EMPTY", "/first");
    assert_env(plan, base, "NEW", "/only");
    assert_env(plan, base, "GONE", NULL);
    assert_env(plan, base, "BACK", "y");
    assert_env(plan, base, "KEPT", "\xff");
    assert_env(plan, NULL, "A", "0" SEPARATOR "2");
    g_assert_cmpstr(base[0], ==, "PATH=/usr/bin");
}

static void
test_env_unchanged(void)
{
    static const char *const base[] = {"B=2", "A=1", "C=x=y", NULL};
    g_autoptr(DccLaunchPlan) plan = dcc_launch_plan_new("/bin/true");
    g_auto(GStrv) env = dcc_launch_plan_apply_env(plan, base);
    g_auto(GStrv) none = dcc_launch_plan_apply_env(plan, NULL);

    g_assert_true(g_strv_equal((const char *const *)env, base));
    g_assert_cmpuint(g_strv_length(none), ==, 0);
}

static void
test_files(void)
{
    g_autoptr(DccLaunchPlan) plan = dcc_launch_plan_new("/bin/true");
    g_autoptr(GBytes) content = g_bytes_new_static("a\0b", 3);
    GBytes *got = NULL;

    g_assert_cmpuint(dcc_launch_plan_get_n_files(plan), ==, 0);
    dcc_launch_plan_add_file(plan, "agent/agent.py", content);
    g_assert_cmpuint(dcc_launch_plan_get_n_files(plan), ==, 1);
    g_assert_cmpstr(dcc_launch_plan_get_file(plan, 0, &got), ==, "agent/agent.py");
    g_assert_true(g_bytes_equal(got, content));
    g_assert_cmpstr(dcc_launch_plan_get_file(plan, 0, NULL), ==, "agent/agent.py");
}

static void
test_files_stay_below(void)
{
    static const char *const bad[] = {
        "/etc/passwd", "../x", "a/../../x", "", "a//b", "a/", ".", "a/./b"};
    g_autoptr(DccLaunchPlan) plan = dcc_launch_plan_new("/bin/true");
    g_autoptr(GBytes) content = g_bytes_new_static("", 0);

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_test_expect_message(NULL, G_LOG_LEVEL_CRITICAL, "*is_file_name*failed*");
        dcc_launch_plan_add_file(plan, bad[i], content);
        g_test_assert_expected_messages();
    }
    g_assert_cmpuint(dcc_launch_plan_get_n_files(plan), ==, 0);
}

static void
test_rest(void)
{
    g_autoptr(DccLaunchPlan) plan = dcc_launch_plan_new("/bin/true");
    static const char *const daemons[] = {"hserver", "sesinetd", NULL};
    int first = -1;
    int last = -1;
    int step = -1;

    g_assert_null(dcc_launch_plan_get_cwd(plan));
    g_assert_cmpint(dcc_launch_plan_get_readiness(plan), ==, DCC_READINESS_SETTLE);
    g_assert_false(dcc_launch_plan_is_job(plan));
    g_assert_null(dcc_launch_plan_get_daemons(plan)[0]);
    dcc_launch_plan_get_frames(plan, NULL, NULL, &step);
    g_assert_cmpint(step, ==, 0);

    dcc_launch_plan_set_cwd(plan, "/show");
    dcc_launch_plan_set_cwd(plan, dcc_launch_plan_get_cwd(plan));
    dcc_launch_plan_set_readiness(plan, DCC_READINESS_AGENT);
    dcc_launch_plan_set_job(plan, TRUE);
    g_assert_true(dcc_launch_plan_is_job(plan));
    dcc_launch_plan_set_frames(plan, 1, 5, 2);
    dcc_launch_plan_add_daemon(plan, "hserver");
    dcc_launch_plan_add_daemon(plan, "sesinetd");
    dcc_launch_plan_get_frames(plan, &first, &last, &step);
    g_assert_cmpstr(dcc_launch_plan_get_cwd(plan), ==, "/show");
    g_assert_cmpint(dcc_launch_plan_get_readiness(plan), ==, DCC_READINESS_AGENT);
    g_assert_cmpint(first, ==, 1);
    g_assert_cmpint(last, ==, 5);
    g_assert_cmpint(step, ==, 2);
    g_assert_true(g_strv_equal(dcc_launch_plan_get_daemons(plan), daemons));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/launch-plan/argv", test_argv);
    g_test_add_func("/launch-plan/env-order", test_env_order);
    g_test_add_func("/launch-plan/env-unchanged", test_env_unchanged);
    g_test_add_func("/launch-plan/files", test_files);
    g_test_add_func("/launch-plan/files-stay-below", test_files_stay_below);
    g_test_add_func("/launch-plan/rest", test_rest);
    return g_test_run();
}
