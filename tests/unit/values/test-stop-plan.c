/* A stop begins gently: signals that leave no chance to save are not taken (guarantee G16). */

#include "dcc-signals.h"
#include "dcc-stop-plan.h"

static void
test_plain(void)
{
    g_autoptr(DccStopPlan) plan = dcc_stop_plan_new();

    g_assert_null(dcc_stop_plan_get_save_method(plan));
    g_assert_null(dcc_stop_plan_get_quit_method(plan));
    g_assert_cmpint(dcc_stop_plan_get_quit_timeout(plan), ==, 10000);
    g_assert_cmpint(dcc_stop_plan_get_signal(plan), ==, DCC_SIGNAL_TERMINATE);
}

static void
test_full(void)
{
    g_autoptr(DccStopPlan) plan = dcc_stop_plan_new();

    dcc_stop_plan_set_save_method(plan, "save");
    dcc_stop_plan_set_quit_method(plan, "quit");
    dcc_stop_plan_set_quit_timeout(plan, 250);
    dcc_stop_plan_set_signal(plan, DCC_SIGNAL_INTERRUPT);
    g_assert_cmpstr(dcc_stop_plan_get_save_method(plan), ==, "save");
    g_assert_cmpstr(dcc_stop_plan_get_quit_method(plan), ==, "quit");
    g_assert_cmpint(dcc_stop_plan_get_quit_timeout(plan), ==, 250);
    g_assert_cmpint(dcc_stop_plan_get_signal(plan), ==, DCC_SIGNAL_INTERRUPT);
    dcc_stop_plan_set_save_method(plan, NULL);
    g_assert_null(dcc_stop_plan_get_save_method(plan));
}

static void
test_harsh_signals(void)
{
    static const int harsh[] = {DCC_SIGNAL_ABORT, DCC_SIGNAL_QUIT, DCC_SIGNAL_KILL, 0, -1, 65};
    g_autoptr(DccStopPlan) plan = dcc_stop_plan_new();

    for (gsize i = 0; i < G_N_ELEMENTS(harsh); i++) {
        g_test_expect_message(NULL, G_LOG_LEVEL_CRITICAL, "*signal*failed*");
        dcc_stop_plan_set_signal(plan, harsh[i]);
        g_test_assert_expected_messages();
        g_assert_cmpint(dcc_stop_plan_get_signal(plan), ==, DCC_SIGNAL_TERMINATE);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/stop-plan/plain", test_plain);
    g_test_add_func("/stop-plan/full", test_full);
    g_test_add_func("/stop-plan/harsh-signals", test_harsh_signals);
    return g_test_run();
}
