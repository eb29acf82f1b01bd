/* Whether and when to start again, with instants made up. */
#include "dcc-restart-policy.h"

#include <string.h>

#define SECOND  G_GINT64_CONSTANT(1000000)
#define MINUTE  (60 * SECOND)
#define HOUR    (60 * MINUTE)
#define START   (1000 * HOUR)
#define YEAR_MS (365 * 24 * HOUR / 1000)

/* Settings as "name=value", the rest by default; no jitter, where it is not what is tested. */
static DccSettings *
make_settings(const char *const *texts)
{
    DccSettings *settings = dcc_settings_new();
    g_autoptr(GError) error = NULL;

    dcc_settings_put(settings, DCC_SETTING_JITTER, 0);
    for (guint i = 0; texts && texts[i]; i++) {
        g_auto(GStrv) parts = g_strsplit(texts[i], "=", 2);

        dcc_settings_parse(settings, parts[0], parts[1], &error);
        g_assert_no_error(error);
    }
    return settings;
}

static DccRestartPolicy *
make_policy_seeded(guint32 seed, const char *const *texts)
{
    g_autoptr(DccSettings) settings = make_settings(texts);

    return dcc_restart_policy_new(settings, seed);
}

#define make_policy(...)      make_policy_seeded(1, (const char *const[]){__VA_ARGS__, NULL})
#define make_default_policy() make_policy_seeded(1, NULL)

/* A run of a minute that crashes, each time for another reason. */
static DccDecision
crash(DccRestartPolicy *policy, gint64 now)
{
    static guint n;
    g_autofree char *cause = g_strdup_printf("cause %u", n++);

    return dcc_restart_policy_decide(policy, DCC_VERDICT_CRASH, cause, now - MINUTE, now);
}

static void
assert_decision(DccDecision decision, DccDecisionKind kind, gint64 delay_ms)
{
    g_assert_cmpint(decision.kind, ==, kind);
    g_assert_cmpint(decision.delay_ms, ==, delay_ms);
    g_assert_cmpint(strlen(decision.reason), >, 0);
}

static void
test_delays_double_to_the_cap(void)
{
    static const gint64 expected[] = {1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000};
    g_autoptr(DccRestartPolicy) policy = make_policy("max-restarts=100");

    for (guint i = 0; i < G_N_ELEMENTS(expected); i++)
        assert_decision(crash(policy, START + i * MINUTE), DCC_DECISION_RESTART, expected[i]);
}

static void
test_fixed_delay_stays(void)
{
    g_autoptr(DccRestartPolicy) policy = make_policy("backoff=fixed:2s", "max-restarts=100");

    for (guint i = 0; i < 20; i++)
        assert_decision(crash(policy, START + i * MINUTE), DCC_DECISION_RESTART, 2000);
    g_assert_cmpint(dcc_restart_policy_delay(policy, G_MAXUINT64), ==, 2000);
}

/* F55 */
static void
test_delays_saturate(void)
{
    g_autoptr(DccRestartPolicy) policy = make_default_policy();
    g_autoptr(DccSettings) wide = make_settings(NULL);

    g_assert_cmpint(dcc_restart_policy_delay(policy, 0), ==, 1000);
    g_assert_cmpint(dcc_restart_policy_delay(policy, 1000000000), ==, 60000);
    g_assert_cmpint(dcc_restart_policy_delay(policy, G_MAXUINT64), ==, 60000);

    dcc_settings_put(wide, DCC_SETTING_BACKOFF_INITIAL, 3);
    dcc_settings_put(wide, DCC_SETTING_BACKOFF_MAX, YEAR_MS);
    dcc_settings_put(wide, DCC_SETTING_JITTER, 100);
    dcc_settings_put(wide, DCC_SETTING_MAX_RESTARTS, 4096);
    g_autoptr(DccRestartPolicy) far = dcc_restart_policy_new(wide, 7);
    gint64 before = 0;
    for (guint64 attempt = 0; attempt < 200; attempt++) {
        gint64 delay = dcc_restart_policy_delay(far, attempt);
        g_assert_cmpint(delay, >=, before);
        before = delay;
        g_assert_cmpint(crash(far, START).delay_ms, >=, 0);
    }
    g_assert_cmpint(before, ==, YEAR_MS);

    dcc_settings_put(wide, DCC_SETTING_BACKOFF_INITIAL, 0);
    g_assert_cmpint(dcc_restart_policy_delay(far, G_MAXUINT64), ==, 0);
}

/* G22: within the per cent, on both sides, and the same for the same seed. */
static void
test_jitter(void)
{
    gint64 lowest = G_MAXINT64, highest = 0;

    for (guint32 seed = 0; seed < 2000; seed++) {
        const char *const texts[] = {"jitter=20", "max-restarts=100", NULL};
        g_autoptr(DccRestartPolicy) a = make_policy_seeded(seed, texts);
        g_autoptr(DccRestartPolicy) b = make_policy_seeded(seed, texts);

        for (guint attempt = 0; attempt < 8; attempt++) {
            gint64 now = START + attempt * MINUTE;
            gint64 delay = crash(a, now).delay_ms;
            gint64 plain = dcc_restart_policy_delay(a, attempt);

            g_assert_cmpint(delay, ==, crash(b, now).delay_ms);
            g_assert_cmpint(delay, >=, plain * 80 / 100);
            g_assert_cmpint(delay, <=, plain * 120 / 100);
            if (attempt == 0) {
                lowest = MIN(lowest, delay);
                highest = MAX(highest, delay);
            }
        }
    }
    g_assert_cmpint(lowest, <, 820);
    g_assert_cmpint(highest, >, 1180);
}

/* F81 */
static void
test_a_crash_loop_ends(void)
{
    g_autoptr(DccRestartPolicy) policy = make_default_policy();
    gint64 now = START;

    for (guint i = 0; i < 5; i++) {
        DccDecision decision = crash(policy, now);
        g_assert_cmpint(decision.kind, ==, DCC_DECISION_RESTART);
        now += decision.delay_ms * 1000 + 2 * SECOND;
        g_assert_cmpuint(dcc_restart_policy_get_crashes(policy), ==, i + 1);
    }
    DccDecision last = crash(policy, now);
    assert_decision(last, DCC_DECISION_GIVE_UP, 0);
    g_assert_nonnull(strstr(last.reason, "5 restarts within 10m"));
}

/* A crash that lies longer back than the window is forgotten; one that lies as long back is not. */
static void
test_window_slides(void)
{
    g_autoptr(DccRestartPolicy) policy = make_policy("max-restarts=1", "burst-window=100s");

    g_assert_cmpint(crash(policy, START).kind, ==, DCC_DECISION_RESTART);
    g_assert_cmpint(crash(policy, START + 101 * SECOND).kind, ==, DCC_DECISION_RESTART);
    g_assert_cmpint(crash(policy, START + 201 * SECOND).kind, ==, DCC_DECISION_GIVE_UP);
}

/* F82: the session resets a policy once an application has been well. */
static void
test_rare_crashes_begin_anew(void)
{
    g_autoptr(DccRestartPolicy) policy = make_default_policy();

    for (guint month = 0; month < 24; month++) {
        assert_decision(crash(policy, START + month * 30 * 24 * HOUR), DCC_DECISION_RESTART, 1000);
        dcc_restart_policy_reset(policy);
        g_assert_cmpuint(dcc_restart_policy_get_crashes(policy), ==, 0);
    }
}

static void
test_no_restarts_at_all(void)
{
    g_autoptr(DccRestartPolicy) policy = make_policy("max-restarts=0");

    assert_decision(crash(policy, START), DCC_DECISION_GIVE_UP, 0);
}

/* G25, and which verdict leads where under which wish. */
static void
test_verdicts(void)
{
    /* never, on-crash, always; in the order of the enumeration */
    static const char expected[][4] = {
        [DCC_VERDICT_UNKNOWN] = "-RR",
        [DCC_VERDICT_CLEAN] = "--R",
        [DCC_VERDICT_CRASH] = "-RR",
        [DCC_VERDICT_KILLED] = "-RR",
        [DCC_VERDICT_OOM] = "-RR",
        [DCC_VERDICT_LICENCE] = "-RR",
        [DCC_VERDICT_BAD_SCENE] = "XXX",
        [DCC_VERDICT_SCRIPT_ERROR] = "XXX",
        [DCC_VERDICT_BROKEN_INSTALL] = "XXX",
        [DCC_VERDICT_NO_DISPLAY] = "XXX",
        [DCC_VERDICT_CANCELLED] = "--R",
        [DCC_VERDICT_SUSPICIOUS] = "-RR",
        [DCC_VERDICT_FAILED] = "-RR",
    };
    static const char *const modes[] = {"restart=never", "restart=on-crash", "restart=always"};
    static const char marks[] = {
        [DCC_DECISION_RESTART] = 'R', [DCC_DECISION_REST] = '-', [DCC_DECISION_GIVE_UP] = 'X'};

    for (guint v = 0; v < G_N_ELEMENTS(expected); v++)
        for (guint m = 0; m < G_N_ELEMENTS(modes); m++) {
            g_autoptr(DccRestartPolicy) policy = make_policy(modes[m]);
            DccDecision decision =
                dcc_restart_policy_decide(policy, (DccVerdictKind)v, "why", START - MINUTE, START);

            g_assert_cmpint(marks[decision.kind], ==, expected[v][m]);
            g_assert_nonnull(strstr(decision.reason, "why"));
            decision =
                dcc_restart_policy_decide(policy, (DccVerdictKind)v, NULL, START - MINUTE, START);
            g_assert_cmpint(strlen(decision.reason), >, 0);
        }
}

static DccDecision
crash_at_once(DccRestartPolicy *policy, const char *cause, gint64 now)
{
    return dcc_restart_policy_decide(policy, DCC_VERDICT_CRASH, cause, now - SECOND, now);
}

static void
test_instant_crashes(void)
{
    g_autoptr(DccRestartPolicy) policy = make_default_policy();

    g_assert_cmpint(crash_at_once(policy, "a", START).kind, ==, DCC_DECISION_RESTART);
    DccDecision second = crash_at_once(policy, "a", START + MINUTE);
    g_assert_cmpint(second.kind, ==, DCC_DECISION_GIVE_UP);
    g_assert_nonnull(strstr(second.reason, "instant crash"));
}

/* Not equal, not in a row, not instant, or not wanted. */
static void
test_no_instant_crashes(void)
{
    g_autoptr(DccRestartPolicy) others = make_default_policy();
    g_autoptr(DccRestartPolicy) apart = make_default_policy();
    g_autoptr(DccRestartPolicy) slow = make_default_policy();
    g_autoptr(DccRestartPolicy) off = make_policy("instant-crash=0");

    crash_at_once(others, "a", START);
    g_assert_cmpint(crash_at_once(others, "b", START + SECOND).kind, ==, DCC_DECISION_RESTART);
    g_assert_cmpint(crash_at_once(others, NULL, START + SECOND).kind, ==, DCC_DECISION_RESTART);

    crash_at_once(apart, "a", START);
    crash(apart, START + 2 * MINUTE);
    g_assert_cmpint(crash_at_once(apart, "a", START + HOUR).kind, ==, DCC_DECISION_RESTART);

    for (guint i = 0; i < 2; i++) {
        gint64 now = START + i * MINUTE;
        DccDecision decision =
            dcc_restart_policy_decide(slow, DCC_VERDICT_CRASH, "a", now - 10 * SECOND, now);
        g_assert_cmpint(decision.kind, ==, DCC_DECISION_RESTART);
        g_assert_cmpint(crash_at_once(off, "a", now).kind, ==, DCC_DECISION_RESTART);
    }
}

/* Waits by the delays, spends no crash budget, and ends after max-restarts in a row. */
static void
test_licence_has_a_count_of_its_own(void)
{
    const char *const texts[] = {"max-restarts=4", "backoff=fixed:10ms", "jitter=0", NULL};
    g_autoptr(DccRestartPolicy) policy = make_policy_seeded(1, texts);
    gint64 now = START;

    for (guint round = 0; round < 2; round++) {
        for (guint i = 0; i < 4; i++) {
            g_autofree char *text = dcc_restart_policy_save(policy, now);

            dcc_restart_policy_restore(policy, text, now); /* another session counts on */
            now += SECOND;
            assert_decision(dcc_restart_policy_decide(
                                policy, DCC_VERDICT_LICENCE, "no licence", now - SECOND, now),
                            DCC_DECISION_RESTART,
                            10);
        }
        g_assert_cmpuint(dcc_restart_policy_get_crashes(policy), ==, 0);
        assert_decision(
            dcc_restart_policy_decide(policy, DCC_VERDICT_LICENCE, "no licence", now - SECOND, now),
            DCC_DECISION_GIVE_UP,
            0);
        dcc_restart_policy_reset(policy); /* one run was well: the count begins again */
    }
}

/* A hang is charged like a crash, whatever the setting for crashes says. */
static void
test_a_hang_has_budget_and_delay(void)
{
    static const char *const modes[] = {"restart=on-crash", "restart=never", "restart=always"};

    for (guint i = 0; i < G_N_ELEMENTS(modes); i++) {
        const char *const texts[] = {
            "max-restarts=2", "backoff=fixed:30ms", "jitter=0", modes[i], NULL};
        g_autoptr(DccRestartPolicy) policy = make_policy_seeded(1, texts);
        DccRunOutcome end = {DCC_VERDICT_KILLED, "it hung", NULL, FALSE, START, TRUE, TRUE};

        for (guint j = 0; j < 2; j++)
            assert_decision(dcc_restart_policy_decide_end(policy, &end, START + SECOND),
                            DCC_DECISION_RESTART,
                            30);
        g_assert_cmpint(dcc_restart_policy_decide_end(policy, &end, START + SECOND).kind,
                        ==,
                        DCC_DECISION_GIVE_UP);
    }
}

/* What a job chose is not repeated; what befell it is. */
static void
test_a_jobs_own_end_is_handed_on(void)
{
    static const struct {
        DccVerdictKind verdict;
        gboolean signaled;
        DccDecisionKind kind;
    } rows[] = {
        {DCC_VERDICT_FAILED, FALSE, DCC_DECISION_GIVE_UP},
        {DCC_VERDICT_SUSPICIOUS, FALSE, DCC_DECISION_GIVE_UP},
        {DCC_VERDICT_UNKNOWN, FALSE, DCC_DECISION_GIVE_UP},
        {DCC_VERDICT_SCRIPT_ERROR, FALSE, DCC_DECISION_GIVE_UP},
        {DCC_VERDICT_CLEAN, FALSE, DCC_DECISION_REST},
        {DCC_VERDICT_CRASH, FALSE, DCC_DECISION_RESTART},
        {DCC_VERDICT_CRASH, TRUE, DCC_DECISION_RESTART},
        {DCC_VERDICT_KILLED, TRUE, DCC_DECISION_RESTART},
        {DCC_VERDICT_OOM, TRUE, DCC_DECISION_RESTART},
        {DCC_VERDICT_UNKNOWN, TRUE, DCC_DECISION_RESTART},
        {DCC_VERDICT_LICENCE, FALSE, DCC_DECISION_RESTART},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(DccRestartPolicy) policy = make_default_policy();
        DccRunOutcome end = {rows[i].verdict, "why", NULL, TRUE, START, FALSE, rows[i].signaled};

        g_assert_cmpint(
            dcc_restart_policy_decide_end(policy, &end, START + HOUR).kind, ==, rows[i].kind);
    }
}

static void
test_spawn_patience(void)
{
    static const gint64 expected[] = {5000, 10000, 20000, 40000, 60000, 60000};
    g_autoptr(DccRestartPolicy) policy = make_default_policy();
    gint64 now = START;

    for (guint i = 0; i < G_N_ELEMENTS(expected); i++) {
        DccDecision decision = dcc_restart_policy_decide_spawn(policy, now);
        assert_decision(decision, DCC_DECISION_RESTART, expected[i]);
        now += decision.delay_ms * 1000;
    }
    g_assert_cmpint(dcc_restart_policy_decide_spawn(policy, START + 10 * MINUTE - 1).kind,
                    ==,
                    DCC_DECISION_RESTART);
    assert_decision(
        dcc_restart_policy_decide_spawn(policy, START + 10 * MINUTE), DCC_DECISION_GIVE_UP, 0);
    g_assert_cmpuint(dcc_restart_policy_get_crashes(policy), ==, 0);

    /* A run in between renews the patience. */
    crash(policy, START + HOUR);
    assert_decision(
        dcc_restart_policy_decide_spawn(policy, START + 2 * HOUR), DCC_DECISION_RESTART, 5000);
}

typedef struct {
    DccVerdictKind verdict;
    const char *scene;
    gint64 life_s;
    gboolean job;
    DccDecisionKind kind;
    gboolean safe;
} Step;

/* One story after another: how the row of crashes, the budget and the instant crash get on. */
static const struct {
    const char *settings;
    Step steps[6];
} stories[] = {
    {NULL, /* one scene */
     {{DCC_VERDICT_CRASH, "/a", 60, FALSE, DCC_DECISION_RESTART, FALSE},
      {DCC_VERDICT_CRASH, "/a", 60, FALSE, DCC_DECISION_RESTART, TRUE},
      {DCC_VERDICT_CRASH, "/a", 60, FALSE, DCC_DECISION_GIVE_UP, FALSE}}},
    {NULL, /* another scene begins another row */
     {{DCC_VERDICT_CRASH, "/a", 60, FALSE, DCC_DECISION_RESTART, FALSE},
      {DCC_VERDICT_CRASH, "/b", 60, FALSE, DCC_DECISION_RESTART, FALSE},
      {DCC_VERDICT_CRASH, "/a", 60, FALSE, DCC_DECISION_RESTART, FALSE}}},
    {NULL, /* no scene, no row */
     {{DCC_VERDICT_CRASH, NULL, 60, FALSE, DCC_DECISION_RESTART, FALSE},
      {DCC_VERDICT_CRASH, NULL, 60, FALSE, DCC_DECISION_RESTART, FALSE},
      {DCC_VERDICT_CRASH, NULL, 60, FALSE, DCC_DECISION_RESTART, FALSE}}},
    {NULL, /* safe mode is tried where an instant crash would end it, and not again */
     {{DCC_VERDICT_CRASH, "/a", 1, FALSE, DCC_DECISION_RESTART, FALSE},
      {DCC_VERDICT_CRASH, "/a", 1, FALSE, DCC_DECISION_RESTART, TRUE},
      {DCC_VERDICT_CRASH, "/a", 1, FALSE, DCC_DECISION_GIVE_UP, FALSE}}},
    {NULL, /* a job is not done another way: it gives up as ever */
     {{DCC_VERDICT_CRASH, "/a", 1, TRUE, DCC_DECISION_RESTART, FALSE},
      {DCC_VERDICT_CRASH, "/a", 1, TRUE, DCC_DECISION_GIVE_UP, FALSE}}},
    {NULL,
     {{DCC_VERDICT_CRASH, "/a", 60, TRUE, DCC_DECISION_RESTART, FALSE},
      {DCC_VERDICT_CRASH, "/a", 60, TRUE, DCC_DECISION_RESTART, FALSE},
      {DCC_VERDICT_CRASH, "/a", 60, TRUE, DCC_DECISION_GIVE_UP, FALSE}}},
    {NULL, /* what says nothing of the scene neither adds to the row nor ends it */
     {{DCC_VERDICT_CRASH, "/a", 60, FALSE, DCC_DECISION_RESTART, FALSE},
      {DCC_VERDICT_KILLED, "/a", 60, FALSE, DCC_DECISION_RESTART, FALSE},
      {DCC_VERDICT_CRASH, "/a", 60, FALSE, DCC_DECISION_RESTART, TRUE},
      {DCC_VERDICT_LICENCE, "/a", 60, FALSE, DCC_DECISION_RESTART, TRUE},
      {DCC_VERDICT_KILLED, "/a", 60, FALSE, DCC_DECISION_RESTART, TRUE},
      {DCC_VERDICT_CRASH, "/a", 60, FALSE, DCC_DECISION_GIVE_UP, FALSE}}},
    {"max-restarts=1", /* the budget is spent first */
     {{DCC_VERDICT_CRASH, "/a", 60, FALSE, DCC_DECISION_RESTART, FALSE},
      {DCC_VERDICT_CRASH, "/a", 60, FALSE, DCC_DECISION_GIVE_UP, FALSE}}},
    {"scene-crashes=0",
     {{DCC_VERDICT_CRASH, "/a", 60, FALSE, DCC_DECISION_RESTART, FALSE},
      {DCC_VERDICT_CRASH, "/a", 60, FALSE, DCC_DECISION_RESTART, FALSE},
      {DCC_VERDICT_CRASH, "/a", 60, FALSE, DCC_DECISION_RESTART, FALSE}}},
    {"scene-crashes=2",
     {{DCC_VERDICT_CRASH, "/a", 60, FALSE, DCC_DECISION_RESTART, TRUE},
      {DCC_VERDICT_CRASH, "/a", 60, FALSE, DCC_DECISION_GIVE_UP, FALSE}}},
    {"restart=always", /* an orderly end ends the row */
     {{DCC_VERDICT_CRASH, "/a", 60, FALSE, DCC_DECISION_RESTART, FALSE},
      {DCC_VERDICT_CLEAN, "/a", 60, FALSE, DCC_DECISION_RESTART, FALSE},
      {DCC_VERDICT_CRASH, "/a", 60, FALSE, DCC_DECISION_RESTART, FALSE}}},
    {"restart=never",
     {{DCC_VERDICT_CRASH, "/a", 60, FALSE, DCC_DECISION_REST, FALSE},
      {DCC_VERDICT_CRASH, "/a", 60, FALSE, DCC_DECISION_REST, FALSE}}},
};

static void
test_crashes_in_a_row(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(stories); i++) {
        const char *const texts[] = {stories[i].settings, NULL};
        g_autoptr(DccRestartPolicy) policy = make_policy_seeded(1, texts);
        gint64 now = START;

        for (guint j = 0; j < G_N_ELEMENTS(stories[i].steps) && stories[i].steps[j].life_s; j++) {
            const Step *step = &stories[i].steps[j];
            /* Another session takes over after each end. */
            g_autofree char *text = dcc_restart_policy_save(policy, now);
            DccRunOutcome end = {step->verdict, "why", step->scene, step->job, 0};
            DccDecision decision;

            dcc_restart_policy_restore(policy, text, now);
            now += MINUTE;
            end.started = now - step->life_s * SECOND;
            decision = dcc_restart_policy_decide_end(policy, &end, now);
            g_assert_cmpint(decision.kind, ==, step->kind);
            g_assert_cmpint(decision.safe, ==, step->safe);
        }
    }
}

static void
test_a_healthy_life_ends_the_row(void)
{
    g_autoptr(DccRestartPolicy) policy = make_default_policy();
    DccRunOutcome end = {DCC_VERDICT_CRASH, "why", "/shots/a.blend", FALSE, START - HOUR};
    DccDecision last = {0};

    for (guint i = 0; i < 2; i++)
        dcc_restart_policy_decide_end(policy, &end, START);
    dcc_restart_policy_reset(policy);
    g_assert_false(dcc_restart_policy_decide_end(policy, &end, START).safe);
    g_assert_true(dcc_restart_policy_decide_end(policy, &end, START).safe);
    last = dcc_restart_policy_decide_end(policy, &end, START);
    g_assert_cmpstr(last.reason, ==, "3 crashes in a row on a.blend, the last in safe mode: why");
}

/* G23: another session, whose clock has another zero, decides as this one would have. */
static void
test_history_survives(void)
{
    for (guint32 seed = 0; seed < 300; seed++) {
        const char *const texts[] = {"max-restarts=6", NULL};
        g_autoptr(GRand) random = g_rand_new_with_seed(seed);
        g_autoptr(DccRestartPolicy) old = make_policy_seeded(seed, texts);
        g_autoptr(DccRestartPolicy) new = make_policy_seeded(seed, texts);
        gint64 shift = ((gint64)g_rand_int(random) - G_MAXINT32) * 1000000;
        gint64 now = START;

        for (guint i = 0; i < 12; i++) {
            const char *cause = g_rand_boolean(random) ? "a" : "b\xff";
            gint64 life = g_rand_int_range(random, 0, 20) * SECOND;
            g_autofree char *text = dcc_restart_policy_save(old, now);

            dcc_restart_policy_restore(new, text, now + shift);
            now += g_rand_int_range(random, 0, 200) * SECOND + life;
            if (g_rand_int_range(random, 0, 4) == 0) {
                DccDecision a = dcc_restart_policy_decide_spawn(old, now);
                DccDecision b = dcc_restart_policy_decide_spawn(new, now + shift);
                g_assert_cmpmem(&a, sizeof a, &b, sizeof b);
                continue;
            }
            DccDecision a =
                dcc_restart_policy_decide(old, DCC_VERDICT_CRASH, cause, now - life, now);
            DccDecision b = dcc_restart_policy_decide(
                new, DCC_VERDICT_CRASH, cause, now + shift - life, now + shift);
            g_assert_cmpint(a.kind, ==, b.kind);
            g_assert_cmpint(a.delay_ms, ==, b.delay_ms);
            g_assert_cmpstr(a.reason, ==, b.reason);
        }
    }
}

/* F46: a history of nonsense is no history, or a harmless one. */
static void
test_nonsense_is_restored_as_nothing(void)
{
    static const char *const texts[] = {
        "",
        "null",
        "[]",
        "{",
        "{}",
        "\xff\xfe",
        "{\"version\":2,\"attempt\":50}",
        "{\"version\":1,\"attempt\":-5,\"crash_ages_ms\":7}",
        "{\"version\":1,\"crash_ages_ms\":[\"x\",null,{},[1],1.5,9223372036854775807]}",
        "{\"version\":1,\"row\":9,\"row_scene\":7}",
        "{\"version\":1,\"row\":-9223372036854775807,\"row_scene\":\"/a\"}",
        "{\"version\":1,\"row\":\"x\",\"row_scene\":\"/a\"}",
        "{\"version\":1,\"instant\":true,\"cause\":[1],\"verdict\":-9}",
        "{\"version\":1,\"spawn_attempt\":-1,\"spawn_age_ms\":-9223372036854775807}",
    };

    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(DccRestartPolicy) policy = make_default_policy();

        dcc_restart_policy_restore(policy, texts[i], START);
        g_assert_cmpuint(dcc_restart_policy_get_crashes(policy), ==, 0);
        assert_decision(crash(policy, START), DCC_DECISION_RESTART, 1000);
        assert_decision(dcc_restart_policy_decide_spawn(policy, START), DCC_DECISION_RESTART, 5000);
    }
    g_autoptr(DccRestartPolicy) policy = make_default_policy();
    crash(policy, START);
    dcc_restart_policy_restore(policy, NULL, START);
    g_assert_cmpuint(dcc_restart_policy_get_crashes(policy), ==, 0);
}

/* A long cause of many bytes is cut between two characters, and stays one line. */
static void
test_reasons_are_lines(void)
{
    for (guint pad = 0; pad < 8; pad++) {
        g_autoptr(DccRestartPolicy) policy = make_default_policy();
        g_autoptr(GString) cause = g_string_new_len("xxxxxxxx", pad);

        for (guint i = 0; i < 100; i++)
            g_string_append(cause, "\xe6\xbc\xa2\n");
        DccDecision decision = dcc_restart_policy_decide(
            policy, DCC_VERDICT_BAD_SCENE, cause->str, START - MINUTE, START);
        g_assert_true(g_utf8_validate(decision.reason, -1, NULL));
        g_assert_null(strchr(decision.reason, '\n'));
        g_assert_cmpuint(strlen(decision.reason), >, sizeof decision.reason - 8);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/restart-policy/doubling", test_delays_double_to_the_cap);
    g_test_add_func("/restart-policy/fixed", test_fixed_delay_stays);
    g_test_add_func("/restart-policy/saturation", test_delays_saturate);
    g_test_add_func("/restart-policy/jitter", test_jitter);
    g_test_add_func("/restart-policy/crash-loop", test_a_crash_loop_ends);
    g_test_add_func("/restart-policy/window", test_window_slides);
    g_test_add_func("/restart-policy/rare-crashes", test_rare_crashes_begin_anew);
    g_test_add_func("/restart-policy/none-at-all", test_no_restarts_at_all);
    g_test_add_func("/restart-policy/verdicts", test_verdicts);
    g_test_add_func("/restart-policy/instant", test_instant_crashes);
    g_test_add_func("/restart-policy/not-instant", test_no_instant_crashes);
    g_test_add_func("/restart-policy/licence", test_licence_has_a_count_of_its_own);
    g_test_add_func("/restart-policy/hang", test_a_hang_has_budget_and_delay);
    g_test_add_func("/restart-policy/job", test_a_jobs_own_end_is_handed_on);
    g_test_add_func("/restart-policy/spawn", test_spawn_patience);
    g_test_add_func("/restart-policy/row", test_crashes_in_a_row);
    g_test_add_func("/restart-policy/row-ends", test_a_healthy_life_ends_the_row);
    g_test_add_func("/restart-policy/survives", test_history_survives);
    g_test_add_func("/restart-policy/nonsense", test_nonsense_is_restored_as_nothing);
    g_test_add_func("/restart-policy/reasons", test_reasons_are_lines);
    return g_test_run();
}
