/* What engines say of their patience, and what is made of it. */
#include "cli-engine-notice.h"
#include "dcc-test.h"

static gint64
wait_of(const char *conf)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autofree char *path = dcc_test_world_build_path(world, "slurm.conf");
    gint64 wait;

    if (conf != NULL)
        g_free(dcc_test_world_write(world, "slurm.conf", conf, -1));
    g_setenv("SLURM_CONF", path, TRUE);
    wait = cli_engine_notice_of_slurm();
    g_unsetenv("SLURM_CONF");
    return wait;
}

static void
test_slurm(void)
{
    g_assert_cmpint(wait_of("ClusterName=farm\nKillWait=45\nPort=1\n"), ==, 45000);
    g_assert_cmpint(wait_of("  killwait = 5 # short\r\nKillWait=7\n"), ==, 5000);
    g_assert_cmpint(wait_of("KillWait=0\n"), ==, 0);
    g_assert_cmpint(wait_of("NodeName=\xff\nKILLWAIT=60"), ==, 60000);
}

static void
test_slurm_says_nothing(void)
{
    static const char *const confs[] = {"",
                                        "#KillWait=45\n",
                                        "KillWait=\n",
                                        "KillWait=-1\n",
                                        "KillWait=x\n",
                                        "KillWait=99999\n",
                                        "KillWait=123456\n",
                                        "NoKillWait=3\n",
                                        "KillWait 30\n"};

    g_assert_cmpint(wait_of(NULL), ==, -1);
    for (guint i = 0; i < G_N_ELEMENTS(confs); i++)
        g_assert_cmpint(wait_of(confs[i]), ==, -1);
}

static gint64
notice_of(const char *info)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    gint64 left;

    if (info != NULL)
        g_free(dcc_test_world_write(world, "cancel_info.json", info, -1));
    g_setenv("OPENJD_SESSION_WORKING_DIR", dcc_test_world_get_path(world), TRUE);
    left = cli_engine_notice_of_openjd();
    g_unsetenv("OPENJD_SESSION_WORKING_DIR");
    return left;
}

static char *
make_info(int seconds)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autoptr(GDateTime) end = g_date_time_add_seconds(now, seconds);
    g_autofree char *text = g_date_time_format(end, "%Y-%m-%dT%H:%M:%SZ");

    return g_strdup_printf("{\"NotifyEnd\": \"%s\"}", text);
}

static void
test_openjd(void)
{
    g_autofree char *info = make_info(600), *over = make_info(-10);
    gint64 left = notice_of(info);

    g_assert_cmpint(left, <=, 600000);
    g_assert_cmpint(left, >, 500000);
    g_assert_cmpint(notice_of(over), ==, -1);
}

static void
test_openjd_says_nothing(void)
{
    static const char *const infos[] = {
        "", "{}", "[]", "nothing", "{\"NotifyEnd\": 5}", "{\"NotifyEnd\": \"soon\"}"};

    g_assert_cmpint(notice_of(NULL), ==, -1);
    g_assert_cmpint(cli_engine_notice_of_openjd(), ==, -1);
    for (guint i = 0; i < G_N_ELEMENTS(infos); i++)
        g_assert_cmpint(notice_of(infos[i]), ==, -1);
}

static void
test_budget(void)
{
    g_assert_cmpint(cli_engine_notice_to_budget(30000), ==, 25000);
    g_assert_cmpint(cli_engine_notice_to_budget(120000), ==, 115000);
    g_assert_cmpint(cli_engine_notice_to_budget(8000), ==, 6000);
    g_assert_cmpint(cli_engine_notice_to_budget(0), ==, 500); /* 0 would be without a limit */
}

int
main(int argc, char **argv)
{
    dcc_test_init(&argc, &argv);
    g_test_add_func("/engine-notice/slurm", test_slurm);
    g_test_add_func("/engine-notice/slurm-says-nothing", test_slurm_says_nothing);
    g_test_add_func("/engine-notice/openjd", test_openjd);
    g_test_add_func("/engine-notice/openjd-says-nothing", test_openjd_says_nothing);
    g_test_add_func("/engine-notice/budget", test_budget);
    return g_test_run();
}
