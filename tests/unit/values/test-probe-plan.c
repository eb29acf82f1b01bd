/* An application that cannot be asked, and one that can. */
#include "dcc-probe-plan.h"

static void
test_none(void)
{
    g_autoptr(DccProbePlan) plan = dcc_probe_plan_new_none();

    g_assert_cmpint(dcc_probe_plan_get_kind(plan), ==, DCC_PROBE_NONE);
    g_assert_null(dcc_probe_plan_get_method(plan));
    g_assert_null(dcc_probe_plan_get_params(plan));
}

static void
test_agent(void)
{
    g_autoptr(DccProbePlan) plan = dcc_probe_plan_new_agent("ping", "{\"deep\":true}");
    g_autoptr(DccProbePlan) bare = dcc_probe_plan_new_agent("ping", NULL);

    g_assert_cmpint(dcc_probe_plan_get_kind(plan), ==, DCC_PROBE_AGENT);
    g_assert_cmpstr(dcc_probe_plan_get_method(plan), ==, "ping");
    g_assert_cmpstr(dcc_probe_plan_get_params(plan), ==, "{\"deep\":true}");
    g_assert_null(dcc_probe_plan_get_params(bare));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/probe-plan/none", test_none);
    g_test_add_func("/probe-plan/agent", test_agent);
    return g_test_run();
}
