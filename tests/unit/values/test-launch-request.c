/* What the user may call an instance and how its environment is given. */
#include "dcc-error.h"
#include "dcc-launch-request.h"

static void
test_names(void)
{
    static const char *const good[] = {"a", "shot_010", "_x", "9", "Blender-4.2", "a..b", "a-"};
    g_autoptr(DccLaunchRequest) request = dcc_launch_request_new("blender");
    g_autofree char *longest = g_strnfill(64, 'n');

    g_assert_cmpstr(dcc_launch_request_get_name(request), ==, "blender");
    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        g_assert_true(dcc_launch_request_set_name(request, good[i], NULL));
        g_assert_cmpstr(dcc_launch_request_get_name(request), ==, good[i]);
    }
    g_assert_true(dcc_launch_request_set_name(request, longest, NULL));
    g_assert_cmpstr(dcc_launch_request_get_app(request), ==, "blender");
}

static void
test_bad_names(void)
{
    g_autofree char *too_long = g_strnfill(65, 'n');
    const char *const bad[] = {"",
                               ".",
                               "..",
                               ".x",
                               "-x",
                               "a/b",
                               "a b",
                               "a\n",
                               "caf\xc3\xa9",
                               "\xff",
                               "a:b",
                               "~",
                               too_long,
                               NULL};
    g_autoptr(DccLaunchRequest) request = dcc_launch_request_new("maya");

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_false(dcc_launch_request_set_name(request, bad[i], &error));
        g_assert_true(dcc_error_is_invalid(error));
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
    }
    g_assert_cmpstr(dcc_launch_request_get_name(request), ==, "maya");
}

static void
test_env(void)
{
    static const char *const expected[] = {"AB=2", "EMPTY=", "X=\xff", "A=last=word", NULL};
    static const char *const bad[] = {"", "A", "=", "=x"};
    g_autoptr(DccLaunchRequest) request = dcc_launch_request_new("maya");

    g_assert_null(dcc_launch_request_get_env(request)[0]);
    g_assert_true(dcc_launch_request_add_env(request, "A=1", NULL));
    g_assert_true(dcc_launch_request_add_env(request, "AB=2", NULL));
    g_assert_true(dcc_launch_request_add_env(request, "EMPTY=", NULL));
    g_assert_true(dcc_launch_request_add_env(request, "X=\xff", NULL));
    g_assert_true(dcc_launch_request_add_env(request, "A=last=word", NULL));
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_false(dcc_launch_request_add_env(request, bad[i], &error));
        g_assert_true(dcc_error_is_invalid(error));
        g_assert_nonnull(g_strstr_len(error->message, -1, "KEY=VALUE"));
    }
    g_assert_true(g_strv_equal(dcc_launch_request_get_env(request), expected));
}

static void
test_args(void)
{
    static const char *const args[] = {"--flag", "", "new\nline", "\xff", NULL};
    g_autoptr(DccLaunchRequest) request = dcc_launch_request_new("maya");

    g_assert_null(dcc_launch_request_get_args(request)[0]);
    dcc_launch_request_set_args(request, args);
    g_assert_true(g_strv_equal(dcc_launch_request_get_args(request), args));
    dcc_launch_request_set_args(request, dcc_launch_request_get_args(request));
    g_assert_true(g_strv_equal(dcc_launch_request_get_args(request), args));
    dcc_launch_request_set_args(request, NULL);
    g_assert_null(dcc_launch_request_get_args(request)[0]);
}

static void
test_paths(void)
{
    static const struct {
        void (*set)(DccLaunchRequest *self, const char *value);
        const char *(*get)(DccLaunchRequest *self);
    } cases[] = {
        {dcc_launch_request_set_version, dcc_launch_request_get_version},
        {dcc_launch_request_set_scene, dcc_launch_request_get_scene},
        {dcc_launch_request_set_cwd, dcc_launch_request_get_cwd},
        {dcc_launch_request_set_private_dir, dcc_launch_request_get_private_dir},
        {dcc_launch_request_set_temp_dir, dcc_launch_request_get_temp_dir},
    };
    g_autoptr(DccLaunchRequest) request = dcc_launch_request_new("maya");

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_null(cases[i].get(request));
        cases[i].set(request, "/a/\xff");
        g_assert_cmpstr(cases[i].get(request), ==, "/a/\xff");
        cases[i].set(request, cases[i].get(request));
        g_assert_cmpstr(cases[i].get(request), ==, "/a/\xff");
        cases[i].set(request, NULL);
        g_assert_null(cases[i].get(request));
    }
    g_assert_false(dcc_launch_request_is_headless(request));
    dcc_launch_request_set_headless(request, TRUE);
    g_assert_true(dcc_launch_request_is_headless(request));
    g_assert_false(dcc_launch_request_is_safe(request));
    dcc_launch_request_set_safe(request, TRUE);
    g_assert_true(dcc_launch_request_is_safe(request));
}

static void
test_settings(void)
{
    g_autoptr(DccLaunchRequest) request = dcc_launch_request_new("maya");
    DccSettings *settings = dcc_launch_request_get_settings(request);

    g_assert_true(dcc_settings_parse(settings, "settle", "1s", NULL));
    g_assert_true(dcc_launch_request_get_settings(request) == settings);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/launch-request/names", test_names);
    g_test_add_func("/launch-request/bad-names", test_bad_names);
    g_test_add_func("/launch-request/env", test_env);
    g_test_add_func("/launch-request/args", test_args);
    g_test_add_func("/launch-request/paths", test_paths);
    g_test_add_func("/launch-request/settings", test_settings);
    return g_test_run();
}
