/* Which ends call for another start: one row a verdict. */
#include "dcc-enum-types.h"
#include "dcc-verdict.h"

static const struct {
    gboolean clean;
    gboolean crash;
    gboolean permanent;
} rows[] = {
    [DCC_VERDICT_UNKNOWN] = {FALSE, TRUE, FALSE},
    [DCC_VERDICT_CLEAN] = {TRUE, FALSE, FALSE},
    [DCC_VERDICT_CRASH] = {FALSE, TRUE, FALSE},
    [DCC_VERDICT_KILLED] = {FALSE, TRUE, FALSE},
    [DCC_VERDICT_OOM] = {FALSE, TRUE, FALSE},
    [DCC_VERDICT_LICENCE] = {FALSE, FALSE, FALSE},
    [DCC_VERDICT_BAD_SCENE] = {FALSE, FALSE, TRUE},
    [DCC_VERDICT_SCRIPT_ERROR] = {FALSE, FALSE, TRUE},
    [DCC_VERDICT_BROKEN_INSTALL] = {FALSE, FALSE, TRUE},
    [DCC_VERDICT_NO_DISPLAY] = {FALSE, FALSE, TRUE},
    [DCC_VERDICT_CANCELLED] = {TRUE, FALSE, FALSE},
    [DCC_VERDICT_SUSPICIOUS] = {FALSE, TRUE, FALSE},
    [DCC_VERDICT_FAILED] = {FALSE, TRUE, FALSE},
};

static void
test_classes(void)
{
    g_autoptr(GEnumClass) klass = g_type_class_ref(DCC_TYPE_VERDICT_KIND);

    g_assert_cmpuint(klass->n_values, ==, G_N_ELEMENTS(rows));
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(DccVerdict) verdict = dcc_verdict_new((DccVerdictKind)i, "because");

        g_assert_cmpint(dcc_verdict_get_kind(verdict), ==, i);
        g_assert_cmpstr(dcc_verdict_get_reason(verdict), ==, "because");
        g_assert_cmpint(dcc_verdict_is_clean(verdict), ==, rows[i].clean);
        g_assert_cmpint(dcc_verdict_is_crash(verdict), ==, rows[i].crash);
        g_assert_cmpint(dcc_verdict_is_permanent(verdict), ==, rows[i].permanent);
    }
}

static void
test_no_such_verdict(void)
{
    g_test_expect_message(NULL, G_LOG_LEVEL_CRITICAL, "*kind*failed*");
    g_assert_null(dcc_verdict_new((DccVerdictKind)99, NULL));
    g_test_assert_expected_messages();
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/verdict/classes", test_classes);
    g_test_add_func("/verdict/no-such-verdict", test_no_such_verdict);
    return g_test_run();
}
