/* Hung is not busy, with readings made up. */
#include "dcc-hang-rule.h"

#define SECOND G_GINT64_CONSTANT(1000000)
#define MINUTE (60 * SECOND)
#define START  (1000 * MINUTE)

/* An application that is probed and read every ten seconds. */
typedef struct {
    DccHangRule *rule;
    DccSettings *settings;
    gint64 now;
    DccTraces traces;
} Watched;

static Watched
watch(gint64 window_ms)
{
    Watched watched = {.settings = dcc_settings_new(), .now = START};

    dcc_settings_put(watched.settings, DCC_SETTING_PROGRESS_WINDOW, window_ms);
    watched.rule = dcc_hang_rule_new(watched.settings);
    watched.traces = (DccTraces){.valid = TRUE, .tree_digest = 7};
    dcc_hang_rule_reset(watched.rule, watched.now);
    return watched;
}

static void
unwatch(Watched *watched)
{
    dcc_hang_rule_free(watched->rule);
    g_object_unref(watched->settings);
}

/* Ten seconds pass, in which this much CPU time (ms) and I/O (bytes) went by. */
static DccHealth
pass(Watched *watched, gboolean ok, gint64 cpu_ms, gint64 io)
{
    watched->now += 10 * SECOND;
    watched->traces.cpu_us += cpu_ms * 1000;
    if (watched->traces.io_bytes >= 0)
        watched->traces.io_bytes += io;
    dcc_hang_rule_traces(watched->rule, &watched->traces, watched->now);
    dcc_hang_rule_probe(watched->rule, ok, watched->now);
    return dcc_hang_rule_judge(watched->rule, watched->now);
}

/* Passes until it is called unresponsive; how many seconds that took, -1 when it was not within an
 * hour. */
static gint64
seconds_until_hung(Watched *watched, gint64 cpu_ms, gint64 io)
{
    gint64 start = watched->now;

    for (guint i = 0; i < 360; i++)
        if (pass(watched, FALSE, cpu_ms, io) == DCC_HEALTH_UNRESPONSIVE)
            return (watched->now - start) / SECOND;
    return -1;
}

static void
test_unknown_before_a_probe(void)
{
    Watched watched = watch(600000);

    g_assert_cmpint(dcc_hang_rule_judge(watched.rule, START), ==, DCC_HEALTH_UNKNOWN);
    dcc_hang_rule_traces(watched.rule, &watched.traces, START);
    g_assert_cmpint(dcc_hang_rule_judge(watched.rule, START + MINUTE), ==, DCC_HEALTH_UNKNOWN);
    g_assert_cmpint(pass(&watched, TRUE, 0, 0), ==, DCC_HEALTH_OK);
    unwatch(&watched);
}

/* F78: a dialog waits for somebody; the application idles at its own timers. */
static void
test_hung_with_idle_noise(void)
{
    Watched watched = watch(600000);

    pass(&watched, TRUE, 60, 4096);
    gint64 seconds = seconds_until_hung(&watched, 60, 40 * 1024);
    g_assert_cmpint(seconds, >=, 600);
    g_assert_cmpint(seconds, <=, 620);
    g_assert_cmpint(dcc_hang_rule_hung_for(watched.rule, watched.now), <=, 10000);
    pass(&watched, FALSE, 60, 0);
    g_assert_cmpint(dcc_hang_rule_hung_for(watched.rule, watched.now), >=, 10000);
    g_assert_cmpint(pass(&watched, TRUE, 60, 0), ==, DCC_HEALTH_OK);
    g_assert_cmpint(dcc_hang_rule_hung_for(watched.rule, watched.now), ==, 0);
    unwatch(&watched);
}

/* F77: for an hour and more, by any one trace. */
static void
test_work_is_never_hung(void)
{
    Watched cpu = watch(600000), io = watch(600000), log = watch(600000), tree = watch(600000);

    g_assert_cmpint(seconds_until_hung(&cpu, 200, 0), ==, -1);
    g_assert_cmpint(seconds_until_hung(&io, 0, 81920), ==, -1);
    for (guint i = 0; i < 360; i++) {
        log.traces.log_bytes += i % 50 == 0 ? 1 : 0;
        tree.traces.tree_digest += i % 50 == 0 ? 1 : 0;
        g_assert_cmpint(pass(&log, FALSE, 0, 0), ==, DCC_HEALTH_BUSY);
        g_assert_cmpint(pass(&tree, FALSE, 0, 0), ==, DCC_HEALTH_BUSY);
    }
    unwatch(&cpu);
    unwatch(&io);
    unwatch(&log);
    unwatch(&tree);
}

/* A burst within the window is work; the window begins anew after it. */
static void
test_a_burst_renews_the_window(void)
{
    Watched watched = watch(600000);

    pass(&watched, TRUE, 0, 0);
    for (guint i = 0; i < 59; i++)
        g_assert_cmpint(pass(&watched, FALSE, 0, 0), ==, DCC_HEALTH_BUSY);
    g_assert_cmpint(pass(&watched, FALSE, 5000, 0), ==, DCC_HEALTH_BUSY);
    g_assert_cmpint(seconds_until_hung(&watched, 0, 0), ==, 600);
    unwatch(&watched);
}

/* G26: what cannot be read, or makes no sense, counts as work. */
static void
test_doubt_fails_open(void)
{
    Watched invalid = watch(600000), backwards = watch(600000), unread = watch(600000);
    Watched flaky = watch(600000);

    for (guint i = 0; i < 360; i++) {
        invalid.traces.valid = i % 40 != 0;
        g_assert_cmpint(pass(&invalid, FALSE, 0, 0), ==, DCC_HEALTH_BUSY);
        g_assert_cmpint(pass(&backwards, FALSE, i % 40 == 0 ? -1 : 0, 0), ==, DCC_HEALTH_BUSY);
        flaky.traces.io_bytes = i % 80 < 40 ? -1 : 0;
        g_assert_cmpint(pass(&flaky, FALSE, 0, 0), ==, DCC_HEALTH_BUSY);
        unread.now += 10 * SECOND;
        dcc_hang_rule_probe(unread.rule, FALSE, unread.now);
        g_assert_cmpint(dcc_hang_rule_judge(unread.rule, unread.now), ==, DCC_HEALTH_BUSY);
    }
    unwatch(&invalid);
    unwatch(&backwards);
    unwatch(&unread);
    unwatch(&flaky);
}

/* Some systems do not let us read the I/O of others: the rest must do. */
static void
test_without_io(void)
{
    Watched watched = watch(600000);

    watched.traces.io_bytes = -1;
    pass(&watched, TRUE, 0, 0);
    g_assert_cmpint(seconds_until_hung(&watched, 0, 0), ==, 600);
    unwatch(&watched);
}

/* Readings in quick succession: one turn of an idle timer is no work, and no reading hides the
 * rest. */
static void
test_quick_readings(void)
{
    Watched idle = watch(600000), slow = watch(600000);

    for (gint64 i = 0; i < 7000; i++) {
        gint64 now = START + i * SECOND / 10;

        /* 0.6 % of a core in lumps of 6 ms a second; and 3 % as evenly as can be */
        idle.traces.cpu_us = i / 10 * 6000;
        slow.traces.cpu_us = i * 3000;
        dcc_hang_rule_traces(idle.rule, &idle.traces, now);
        dcc_hang_rule_traces(slow.rule, &slow.traces, now);
    }
    for (guint i = 0; i < 6; i++) {
        dcc_hang_rule_probe(idle.rule, FALSE, START + 700 * SECOND);
        dcc_hang_rule_probe(slow.rule, FALSE, START + 700 * SECOND);
    }
    g_assert_cmpint(
        dcc_hang_rule_judge(idle.rule, START + 700 * SECOND), ==, DCC_HEALTH_UNRESPONSIVE);
    g_assert_cmpint(dcc_hang_rule_judge(slow.rule, START + 700 * SECOND), ==, DCC_HEALTH_BUSY);
    unwatch(&idle);
    unwatch(&slow);
}

static void
test_window_of_zero_asks_probes_alone(void)
{
    Watched watched = watch(0);

    pass(&watched, TRUE, 0, 0);
    for (guint i = 0; i < 5; i++)
        g_assert_cmpint(pass(&watched, FALSE, 9000, 0), ==, DCC_HEALTH_BUSY);
    g_assert_cmpint(pass(&watched, FALSE, 9000, 0), ==, DCC_HEALTH_UNRESPONSIVE);
    g_assert_cmpint(dcc_hang_rule_hung_for(watched.rule, watched.now + 3 * SECOND), ==, 3000);
    unwatch(&watched);
}

/* F79: every other probe answers. */
static void
test_flapping_is_not_hung(void)
{
    Watched watched = watch(0);

    for (guint i = 0; i < 1000; i++)
        g_assert_cmpint(pass(&watched, i % 6 == 0, 0, 0), !=, DCC_HEALTH_UNRESPONSIVE);
    unwatch(&watched);
}

/* F29: an hour under a debugger is no hang, and what is thought of it after that is asked anew. */
static void
test_pause(void)
{
    Watched watched = watch(600000);

    pass(&watched, TRUE, 0, 0);
    for (guint i = 0; i < 58; i++)
        pass(&watched, FALSE, 0, 0);
    watched.now += 60 * MINUTE;
    dcc_hang_rule_pause(watched.rule, watched.now);
    g_assert_cmpint(dcc_hang_rule_judge(watched.rule, watched.now), ==, DCC_HEALTH_UNKNOWN);
    g_assert_cmpint(seconds_until_hung(&watched, 0, 0), >=, 600);
    unwatch(&watched);
}

/* Whatever happens: never unresponsive without enough failed probes in a row and a quiet window
 * before. */
static void
test_random_histories(void)
{
    for (guint32 seed = 0; seed < 300; seed++) {
        g_autoptr(GRand) random = g_rand_new_with_seed(seed);
        Watched watched = watch(60000);
        gint64 worked_at = START;
        guint failures = 0, hung = 0;
        double moods[] = {0.02, 0.5};

        for (guint i = 0; i < 400; i++) {
            double mood = moods[i / 100 % 2];
            gboolean ok = g_rand_double(random) < mood;
            gboolean works = g_rand_double(random) < mood;

            DccHealth health = pass(&watched, ok, works ? 1000 : 10, 0);
            failures = ok ? 0 : failures + 1;
            if (works || i == 0)
                worked_at = watched.now;
            if (health == DCC_HEALTH_UNRESPONSIVE) {
                hung++;
                g_assert_cmpuint(failures, >=, 6);
                g_assert_cmpint(watched.now - worked_at, >=, MINUTE);
            } else {
                g_assert_true(failures < 6 || watched.now - worked_at <= 2 * MINUTE);
            }
        }
        g_assert_cmpuint(hung, >, 0);
        unwatch(&watched);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hang-rule/unknown", test_unknown_before_a_probe);
    g_test_add_func("/hang-rule/hung", test_hung_with_idle_noise);
    g_test_add_func("/hang-rule/work", test_work_is_never_hung);
    g_test_add_func("/hang-rule/burst", test_a_burst_renews_the_window);
    g_test_add_func("/hang-rule/doubt", test_doubt_fails_open);
    g_test_add_func("/hang-rule/without-io", test_without_io);
    g_test_add_func("/hang-rule/quick-readings", test_quick_readings);
    g_test_add_func("/hang-rule/no-window", test_window_of_zero_asks_probes_alone);
    g_test_add_func("/hang-rule/flapping", test_flapping_is_not_hung);
    g_test_add_func("/hang-rule/pause", test_pause);
    g_test_add_func("/hang-rule/random", test_random_histories);
    return g_test_run();
}
