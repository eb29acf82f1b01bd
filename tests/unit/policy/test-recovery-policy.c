/* The answers of the recovery policy, and a session's settings made from it. */
#include "dcc-error.h"
#include "dcc-recovery-policy.h"
#include "dcc-restart-policy.h"

static void
test_should_restart(void)
{
    static const struct {
        const char *status;
        gboolean again;
    } cases[] = {
        {"crashed", TRUE},
        {"unresponsive", TRUE},
        {"running", FALSE},
        {"starting", FALSE},
        {"stopped", FALSE},
        {"restarting", FALSE},
    };
    static const char *const bad[] = {"", "CRASHED", "failed", "crashed ", "\xff"};
    g_autoptr(DccRecoveryPolicy) policy = dcc_recovery_policy_new(3);
    g_autoptr(DccRecoveryPolicy) never = dcc_recovery_policy_new(0);

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_cmpint(dcc_recovery_policy_should_restart(policy, cases[i].status, &error),
                        ==,
                        cases[i].again);
        g_assert_no_error(error);
        g_assert_false(dcc_recovery_policy_should_restart(never, cases[i].status, NULL));
    }
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GError) unseen = NULL;

        g_assert_false(dcc_recovery_policy_should_restart(policy, bad[i], &error));
        g_assert_error(error, DCC_ERROR, DCC_ERROR_INVALID);
        for (gsize k = 0; k < G_N_ELEMENTS(cases); k++)
            g_assert_nonnull(strstr(error->message, cases[k].status));
        g_assert_false(dcc_recovery_policy_should_restart(never, bad[i], &unseen));
        g_assert_no_error(unseen);
    }
}

static gint64
delay(DccRecoveryPolicy *policy, guint64 attempt)
{
    g_autoptr(GError) error = NULL;
    gint64 ms = dcc_recovery_policy_next_delay(policy, "maya", attempt, &error);

    g_assert_no_error(error);
    return ms;
}

static void
test_delays(void)
{
    g_autoptr(DccRecoveryPolicy) policy = dcc_recovery_policy_new(G_MAXUINT);

    g_assert_cmpint(delay(policy, 0), ==, 2000);
    g_assert_cmpint(delay(policy, 1000000), ==, 2000);
    dcc_recovery_policy_use_exponential_backoff(policy, 1000, 30000);
    g_assert_cmpint(delay(policy, 0), ==, 1000);
    g_assert_cmpint(delay(policy, 1), ==, 2000);
    g_assert_cmpint(delay(policy, 4), ==, 16000);
    g_assert_cmpint(delay(policy, 5), ==, 30000);
    g_assert_cmpint(delay(policy, 1000000000), ==, 30000);
    dcc_recovery_policy_use_exponential_backoff(policy, 1, G_MAXINT64);
    g_assert_cmpint(delay(policy, 1000000000), ==, G_MAXINT64);
    dcc_recovery_policy_use_exponential_backoff(policy, 5000, 100);
    g_assert_cmpint(delay(policy, 0), ==, 100);
    dcc_recovery_policy_use_exponential_backoff(policy, -5, -1);
    g_assert_cmpint(delay(policy, 3), ==, 0);
    dcc_recovery_policy_use_fixed_backoff(policy, 70);
    g_assert_cmpint(delay(policy, 9), ==, 70);
    dcc_recovery_policy_use_fixed_backoff(policy, -1);
    g_assert_cmpint(delay(policy, 9), ==, 0);
}

static void
test_too_many(void)
{
    g_autoptr(DccRecoveryPolicy) policy = dcc_recovery_policy_new(2);
    g_autoptr(GError) error = NULL;
    guint max = 0;

    g_assert_cmpint(delay(policy, 1), ==, 2000);
    g_assert_cmpint(dcc_recovery_policy_next_delay(policy, "maya", 2, &error), ==, -1);
    g_assert_error(error, DCC_ERROR, DCC_ERROR_FAILED);
    g_assert_cmpstr(error->message, ==, "process 'maya' exceeded max restarts (2)");
    g_object_get(policy, "max-restarts", &max, NULL);
    g_assert_cmpuint(max, ==, 2);
    g_assert_cmpuint(dcc_recovery_policy_get_max_restarts(policy), ==, 2);
}

/* What a session that is launched with such settings does is what the policy says. */
static void
test_apply(void)
{
    g_autoptr(DccRecoveryPolicy) policy = dcc_recovery_policy_new(4);
    g_autoptr(DccSettings) settings = dcc_settings_new();
    g_autoptr(DccRestartPolicy) session = NULL;
    gint64 second = G_USEC_PER_SEC;

    dcc_recovery_policy_use_exponential_backoff(policy, 1000, 3000);
    dcc_recovery_policy_apply(policy, settings);
    session = dcc_restart_policy_new(settings, 1);
    for (guint i = 0; i < 4; i++) {
        DccDecision decision = dcc_restart_policy_decide(
            session, DCC_VERDICT_CRASH, "it broke", 20 * i * second, (20 * i + 15) * second);

        g_assert_cmpint(decision.kind, ==, DCC_DECISION_RESTART);
        g_assert_cmpint(decision.delay_ms, ==, delay(policy, i));
    }
    g_assert_cmpint(
        dcc_restart_policy_decide(session, DCC_VERDICT_CRASH, "it broke", 90 * second, 105 * second)
            .kind,
        ==,
        DCC_DECISION_GIVE_UP);
}

static void
test_apply_extremes(void)
{
    g_autoptr(DccRecoveryPolicy) policy = dcc_recovery_policy_new(G_MAXUINT);
    g_autoptr(DccSettings) settings = dcc_settings_new();

    dcc_settings_parse(settings, "restart", "never", NULL);
    dcc_recovery_policy_use_exponential_backoff(policy, G_MAXINT64, G_MAXINT64);
    dcc_recovery_policy_apply(policy, settings);
    g_assert_cmpint(dcc_settings_get(settings, DCC_SETTING_MAX_RESTARTS), ==, 4096);
    g_assert_cmpint(dcc_settings_get(settings, DCC_SETTING_BACKOFF_MAX), >, 0);
    g_assert_cmpint(dcc_settings_get_restart(settings), ==, DCC_RESTART_NEVER);
    dcc_recovery_policy_use_fixed_backoff(policy, 1);
    dcc_recovery_policy_apply(policy, settings);
    g_assert_cmpint(dcc_settings_get(settings, DCC_SETTING_BACKOFF_INITIAL), ==, 1);
    g_assert_cmpint(dcc_settings_get_backoff(settings), ==, DCC_BACKOFF_FIXED);
    dcc_recovery_policy_use_fixed_backoff(policy, 0);
    dcc_recovery_policy_apply(policy, settings);
    g_assert_cmpint(dcc_settings_get(settings, DCC_SETTING_BACKOFF_INITIAL), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/policy/recovery/should-restart", test_should_restart);
    g_test_add_func("/policy/recovery/delays", test_delays);
    g_test_add_func("/policy/recovery/too-many", test_too_many);
    g_test_add_func("/policy/recovery/apply", test_apply);
    g_test_add_func("/policy/recovery/apply-extremes", test_apply_extremes);
    return g_test_run();
}
