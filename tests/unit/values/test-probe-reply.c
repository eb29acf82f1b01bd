/* What a probe found; an unknown age is -1, never 0. */
#include "dcc-probe-reply.h"

static void
test_reply(void)
{
    g_autoptr(DccProbeReply) reply = dcc_probe_reply_new(DCC_HEALTH_BUSY, 1200);

    g_assert_cmpint(dcc_probe_reply_get_health(reply), ==, DCC_HEALTH_BUSY);
    g_assert_cmpint(dcc_probe_reply_get_main_thread_age(reply), ==, 1200);
    g_assert_null(dcc_probe_reply_get_busy(reply));
    g_assert_null(dcc_probe_reply_get_scene(reply));
    dcc_probe_reply_set_busy(reply, "render");
    dcc_probe_reply_set_scene(reply, "");
    g_assert_cmpstr(dcc_probe_reply_get_busy(reply), ==, "render");
    g_assert_cmpstr(dcc_probe_reply_get_scene(reply), ==, "");
}

static void
test_unknown_age(void)
{
    g_autoptr(DccProbeReply) reply = dcc_probe_reply_new(DCC_HEALTH_UNKNOWN, -500);

    g_assert_cmpint(dcc_probe_reply_get_main_thread_age(reply), ==, -1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/probe-reply/facts", test_reply);
    g_test_add_func("/probe-reply/unknown-age", test_unknown_age);
    return g_test_run();
}
