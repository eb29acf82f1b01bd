/* Every setting has a documented default, reads what it writes, and says what would do when it
 * refuses. */
#include "dcc-error.h"
#include "dcc-settings.h"

typedef struct {
    const char *name;
    const char *fallback;
    gint64 value;
} Default;

static const Default defaults[DCC_N_SETTINGS] = {
    [DCC_SETTING_START_TIMEOUT] = {"start-timeout", "5m", 300000},
    [DCC_SETTING_SETTLE] = {"settle", "5s", 5000},
    [DCC_SETTING_PROBE_PERIOD] = {"probe-period", "10s", 10000},
    [DCC_SETTING_PROBE_TIMEOUT] = {"probe-timeout", "5s", 5000},
    [DCC_SETTING_PROBE_FAILURES] = {"probe-failures", "6", 6},
    [DCC_SETTING_PROGRESS_WINDOW] = {"progress-window", "10m", 600000},
    [DCC_SETTING_HANG_TIMEOUT] = {"hang-timeout", "30m", 1800000},
    [DCC_SETTING_SAVE_TIMEOUT] = {"save-timeout", "1m", 60000},
    [DCC_SETTING_TERM_TIMEOUT] = {"term-timeout", "10s", 10000},
    [DCC_SETTING_TREE_TIMEOUT] = {"tree-timeout", "3s", 3000},
    [DCC_SETTING_VERIFY_TIMEOUT] = {"verify-timeout", "10s", 10000},
    [DCC_SETTING_CRASH_GRACE] = {"crash-grace", "1m", 60000},
    [DCC_SETTING_RESET_AFTER] = {"reset-after", "5m", 300000},
    [DCC_SETTING_BURST_WINDOW] = {"burst-window", "10m", 600000},
    [DCC_SETTING_MAX_RESTARTS] = {"max-restarts", "5", 5},
    [DCC_SETTING_INSTANT_CRASH] = {"instant-crash", "10s", 10000},
    [DCC_SETTING_JITTER] = {"jitter", "20", 20},
    [DCC_SETTING_LOG_SIZE] = {"log-size", "16777216", 16777216},
    [DCC_SETTING_LOG_FILES] = {"log-files", "4", 4},
    [DCC_SETTING_OOM_SCORE] = {"oom-score", "200", 200},
    [DCC_SETTING_RESCUE_PERIOD] = {"rescue-period", "30s", 30000},
    [DCC_SETTING_SCENE_CRASHES] = {"scene-crashes", "3", 3},
    [DCC_SETTING_BUNDLES] = {"bundles", "10", 10},
    [DCC_SETTING_BUNDLE_SIZE] = {"bundle-size", "536870912", 536870912},
    [DCC_SETTING_BACKOFF_INITIAL] = {"backoff-initial", "1s", 1000},
    [DCC_SETTING_BACKOFF_MAX] = {"backoff-max", "1m", 60000},
    [DCC_SETTING_STOP_BUDGET] = {"stop-budget", "0s", 0},
    [DCC_SETTING_TASK_TIMEOUT] = {"task-timeout", "0s", 0},
    [DCC_SETTING_RENDER_TIMEOUT] = {"render-timeout", "0s", 0},
    [DCC_SETTING_KEEP_STATE] = {"keep-state", "0s", 0},
};

static void
accept(DccSettings *settings, const char *name, const char *text)
{
    g_autoptr(GError) error = NULL;
    gboolean ok = dcc_settings_parse(settings, name, text, &error);

    g_assert_no_error(error);
    g_assert_true(ok);
}

static void
assert_format(DccSettings *settings, const char *name, const char *expected)
{
    g_autofree char *text = dcc_settings_format(settings, name);

    g_assert_cmpstr(text, ==, expected);
}

static void
test_defaults(void)
{
    g_autoptr(DccSettings) settings = dcc_settings_new();

    for (int i = 0; i < DCC_N_SETTINGS; i++) {
        g_assert_cmpint(dcc_settings_get(settings, (DccSetting)i), ==, defaults[i].value);
        assert_format(settings, defaults[i].name, defaults[i].fallback);
        g_assert_false(dcc_settings_is_set(settings, defaults[i].name));
    }
    g_assert_cmpint(dcc_settings_get_restart(settings), ==, DCC_RESTART_ON_CRASH);
    g_assert_cmpint(dcc_settings_get_on_hang(settings), ==, DCC_HANG_REPORT);
    g_assert_cmpint(dcc_settings_get_recover(settings), ==, DCC_RECOVER_ASK);
    g_assert_cmpint(dcc_settings_get_backoff(settings), ==, DCC_BACKOFF_EXPONENTIAL);
    assert_format(settings, "backoff", "exponential:1s:1m");
}

/* What is written is read again, for every name there is, and then it counts as set. */
static void
test_every_default_reads_itself(void)
{
    g_autoptr(DccSettings) settings = dcc_settings_new();
    g_autoptr(GPtrArray) names = dcc_settings_list_names();

    g_assert_cmpuint(names->len, ==, DCC_N_SETTINGS + 4);
    for (guint i = 0; i < names->len; i++) {
        g_autoptr(DccSettings) fresh = dcc_settings_new();
        const char *name = g_ptr_array_index(names, i);
        g_autofree char *text = dcc_settings_format(settings, name);

        g_assert_false(dcc_settings_is_set(fresh, name));
        accept(fresh, name, text);
        g_assert_true(dcc_settings_is_set(fresh, name));
        assert_format(fresh, name, text);
    }
}

static void
test_every_setting_refuses(void)
{
    static const char *const bad[] = {"",
                                      "x",
                                      "-1",
                                      "nan",
                                      "10 s",
                                      "10sx",
                                      "1e9",
                                      "9999999999999999999",
                                      "2%%",
                                      "1.5.5",
                                      " 5",
                                      "5 ",
                                      "\xff",
                                      "99999999999h"};
    g_autoptr(GPtrArray) names = dcc_settings_list_names();

    for (guint i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        g_autoptr(DccSettings) settings = dcc_settings_new();
        g_autofree char *before = dcc_settings_format(settings, name);

        for (gsize j = 0; j < G_N_ELEMENTS(bad); j++) {
            g_autoptr(GError) error = NULL;

            g_assert_false(dcc_settings_parse(settings, name, bad[j], &error));
            g_assert_true(dcc_error_is_invalid(error));
            g_assert_true(g_str_has_prefix(error->message, name));
            g_assert_true(g_utf8_validate(error->message, -1, NULL));
            assert_format(settings, name, before);
            g_assert_false(dcc_settings_is_set(settings, name));
        }
    }
}

static void
test_refusal_texts(void)
{
    static const struct {
        const char *name;
        const char *text;
        const char *message;
    } cases[] = {
        {"probe-period",
         "soon",
         "probe-period cannot be \"soon\": give a span of time, for example 10s"},
        {"max-restarts",
         "2.5",
         "max-restarts cannot be \"2.5\": give a whole number, for example 5"},
        {"jitter", "101", "jitter cannot be \"101\": give 0 to 100, for example 20"},
        {"restart",
         "maybe",
         "restart: \"maybe\" is not one of the words that would do: never, on-crash, always"},
        {"backoff",
         "fixed",
         "backoff cannot be \"fixed\": give fixed:DELAY or exponential:FIRST:LARGEST, for example "
         "fixed:2s or exponential:1s:30s"},
    };
    g_autoptr(DccSettings) settings = dcc_settings_new();

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_false(dcc_settings_parse(settings, cases[i].name, cases[i].text, &error));
        g_assert_cmpstr(error->message, ==, cases[i].message);
    }
}

static void
test_unknown_name(void)
{
    g_autoptr(DccSettings) settings = dcc_settings_new();
    g_autoptr(GError) error = NULL;

    g_assert_false(dcc_settings_parse(settings, "probe_period", "10s", &error));
    g_assert_true(dcc_error_is_invalid(error));
    g_assert_nonnull(g_strstr_len(error->message, -1, "probe-period"));
    g_assert_null(dcc_settings_format(settings, "probe_period"));
    g_assert_false(dcc_settings_is_set(settings, "probe_period"));
}

static void
test_words(void)
{
    g_autoptr(DccSettings) settings = dcc_settings_new();

    accept(settings, "restart", "never");
    g_assert_cmpint(dcc_settings_get_restart(settings), ==, DCC_RESTART_NEVER);
    accept(settings, "restart", "always");
    g_assert_cmpint(dcc_settings_get_restart(settings), ==, DCC_RESTART_ALWAYS);
    accept(settings, "on-hang", "restart");
    g_assert_cmpint(dcc_settings_get_on_hang(settings), ==, DCC_HANG_RESTART);
    accept(settings, "recover", "auto");
    g_assert_cmpint(dcc_settings_get_recover(settings), ==, DCC_RECOVER_AUTO);
}

static void
test_numbers(void)
{
    g_autoptr(DccSettings) settings = dcc_settings_new();

    accept(settings, "probe-period", "0");
    g_assert_cmpint(dcc_settings_get(settings, DCC_SETTING_PROBE_PERIOD), ==, 0);
    accept(settings, "start-timeout", "2.5");
    g_assert_cmpint(dcc_settings_get(settings, DCC_SETTING_START_TIMEOUT), ==, 2500);
    accept(settings, "jitter", "35%");
    g_assert_cmpint(dcc_settings_get(settings, DCC_SETTING_JITTER), ==, 35);
    accept(settings, "log-size", "64K");
    g_assert_cmpint(dcc_settings_get(settings, DCC_SETTING_LOG_SIZE), ==, 65536);
    accept(settings, "log-size", "2G");
    g_assert_cmpint(
        dcc_settings_get(settings, DCC_SETTING_LOG_SIZE), ==, G_GINT64_CONSTANT(2147483648));
    g_assert_false(dcc_settings_parse(settings, "log-size", "K", NULL));
    g_assert_false(dcc_settings_parse(settings, "log-size", "1T", NULL));
    g_assert_false(dcc_settings_parse(settings, "log-size", "9223372036854775807G", NULL));
    dcc_settings_put(settings, DCC_SETTING_MAX_RESTARTS, 0);
    g_assert_cmpint(dcc_settings_get(settings, DCC_SETTING_MAX_RESTARTS), ==, 0);
    g_assert_true(dcc_settings_is_set(settings, "max-restarts"));
}

static void
test_put_out_of_range(void)
{
    g_autoptr(DccSettings) settings = dcc_settings_new();

    g_test_expect_message(NULL, G_LOG_LEVEL_CRITICAL, "*assertion*failed*");
    dcc_settings_put(settings, DCC_SETTING_JITTER, 101);
    g_test_assert_expected_messages();
    g_assert_cmpint(dcc_settings_get(settings, DCC_SETTING_JITTER), ==, 20);
}

static void
test_backoff(void)
{
    static const char *const bad[] = {"fixed:",
                                      "fixed:2s:3s",
                                      "exponential:1s",
                                      "2s",
                                      "exponential:30s:1s",
                                      "linear:1s:2s",
                                      "fixed:-1",
                                      "exponential:1s:2s:3s",
                                      "exponential::2s"};
    g_autoptr(DccSettings) settings = dcc_settings_new();

    accept(settings, "backoff", "fixed:2s");
    g_assert_cmpint(dcc_settings_get_backoff(settings), ==, DCC_BACKOFF_FIXED);
    g_assert_cmpint(dcc_settings_get(settings, DCC_SETTING_BACKOFF_INITIAL), ==, 2000);
    g_assert_cmpint(dcc_settings_get(settings, DCC_SETTING_BACKOFF_MAX), ==, 2000);
    assert_format(settings, "backoff", "fixed:2s");

    accept(settings, "backoff", "exponential:1s:30s");
    g_assert_cmpint(dcc_settings_get_backoff(settings), ==, DCC_BACKOFF_EXPONENTIAL);
    g_assert_cmpint(dcc_settings_get(settings, DCC_SETTING_BACKOFF_INITIAL), ==, 1000);
    g_assert_cmpint(dcc_settings_get(settings, DCC_SETTING_BACKOFF_MAX), ==, 30000);
    assert_format(settings, "backoff", "exponential:1s:30s");

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_false(dcc_settings_parse(settings, "backoff", bad[i], NULL));
        assert_format(settings, "backoff", "exponential:1s:30s");
    }
}

static void
test_backoff_bounds_follow_each_other(void)
{
    g_autoptr(DccSettings) settings = dcc_settings_new();

    accept(settings, "backoff-initial", "90s");
    assert_format(settings, "backoff", "exponential:90s:90s");
    g_assert_true(dcc_settings_is_set(settings, "backoff"));
    g_assert_false(dcc_settings_is_set(settings, "backoff-max"));
    accept(settings, "backoff-max", "5s");
    assert_format(settings, "backoff", "exponential:5s:5s");
}

static void
test_copy(void)
{
    g_autoptr(DccSettings) settings = dcc_settings_new();

    accept(settings, "settle", "250ms");
    accept(settings, "restart", "always");

    g_autoptr(DccSettings) copy = dcc_settings_copy(settings);

    accept(settings, "settle", "1s");
    assert_format(copy, "settle", "250ms");
    assert_format(copy, "restart", "always");
    g_assert_true(dcc_settings_is_set(copy, "settle"));
    g_assert_true(dcc_settings_is_set(copy, "restart"));
    g_assert_false(dcc_settings_is_set(copy, "jitter"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/settings/defaults", test_defaults);
    g_test_add_func("/settings/every-default-reads-itself", test_every_default_reads_itself);
    g_test_add_func("/settings/every-setting-refuses", test_every_setting_refuses);
    g_test_add_func("/settings/refusal-texts", test_refusal_texts);
    g_test_add_func("/settings/unknown-name", test_unknown_name);
    g_test_add_func("/settings/words", test_words);
    g_test_add_func("/settings/numbers", test_numbers);
    g_test_add_func("/settings/put-out-of-range", test_put_out_of_range);
    g_test_add_func("/settings/backoff", test_backoff);
    g_test_add_func("/settings/backoff-bounds-follow-each-other",
                    test_backoff_bounds_follow_each_other);
    g_test_add_func("/settings/copy", test_copy);
    return g_test_run();
}
