/* What engines say of their patience, and what is made of it. */
#include "cli-engine-notice.h"
#include "cli-slurm-conf.h"
#include "dcc-test.h"
#include <glib/gstdio.h>

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
    g_assert_cmpint(wait_of("  killwait = 5 # short\r\n"), ==, 5000);
    g_assert_cmpint(wait_of("KillWait=0\n"), ==, 0);
    /* Slurm warns of that, and takes the last. */
    g_assert_cmpint(wait_of("KillWait=5\nKillWait=7\n"), ==, 7000);
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

/* What slurm.conf includes: each row is such a file, beside what is there for all of them. */
static const struct {
    const char *conf;
    gint64 wait;
} included[] = {
    {"include wait.conf\n", 11000},
    {"Include  wait.conf  # ours\r\n", 11000},
    {"  INCLUDE \"wait.conf\"\n", 11000},
    {"include 'sub/deep.conf'\n", 12000},
    {"include sub/../wait.conf", 11000},
    {"include sub/chain.conf\n", 12000},
    {"include \"with space.conf\"\n", 13000},
    /* the last word on it, wherever it is said */
    {"KillWait=5\ninclude wait.conf\n", 11000},
    {"include wait.conf\nKillWait=5\n", 5000},
    {"include wait.conf\ninclude sub/deep.conf\n", 12000},
    /* the cluster's name */
    {"ClusterName=FARM\ninclude of-%c.conf\n", 14000},
    {"include of-%c.conf\nClusterName=FARM\n", -1},
    /* for ever: what was said before and after counts */
    {"KillWait=5\ninclude slurm.conf\n", 5000},
    {"include slurm.conf\ninclude slurm.conf\nKillWait=6\n", 6000},
    /* nothing */
    {"include gone.conf\nKillWait=8\n", 8000},
    {"include sub\nKillWait=8\n", 8000},
    {"#include wait.conf\n", -1},
    {"includewait.conf\n", -1},
    {"include\n", -1},
    {"include \"wait.conf\n", -1},
    {"include with space.conf\n", -1},
};

static void
test_slurm_includes(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(included); i++) {
        g_autoptr(DccTestWorld) world = dcc_test_world_new();
        g_autofree char *sub = dcc_test_world_build_path(world, "sub");
        g_autofree char *path = dcc_test_world_build_path(world, "slurm.conf");
        const char *const paths[] = {"/no/such/slurm.conf", path, "/dev/null", NULL};

        g_assert_cmpint(g_mkdir(sub, 0700), ==, 0);
        g_free(dcc_test_world_write(world, "wait.conf", "KillWait=11\n", -1));
        g_free(dcc_test_world_write(world, "with space.conf", "KillWait=13\n", -1));
        g_free(dcc_test_world_write(world, "of-farm.conf", "KillWait=14\n", -1));
        g_free(dcc_test_world_write(world, "sub/deep.conf", "KillWait=12\n", -1));
        g_free(dcc_test_world_write(world, "sub/chain.conf", "include deep.conf\n", -1));
        g_free(dcc_test_world_write(world, "slurm.conf", included[i].conf, -1));
        g_test_message("%s", included[i].conf);
        g_assert_cmpint(cli_slurm_conf_read_kill_wait(paths), ==, included[i].wait);
    }
}

/* A node without a file of its own has the controller's. Where both are there the first is Slurm's, whatever
 * it says. */
static void
test_slurm_places(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autofree char *own = dcc_test_world_build_path(world, "own.conf");
    g_autofree char *given = dcc_test_world_write(world, "given.conf", "KillWait=9\n", -1);
    const char *const paths[] = {own, given, NULL};

    g_assert_cmpint(cli_slurm_conf_read_kill_wait(paths), ==, 9000);
    g_free(dcc_test_world_write(world, "own.conf", "Port=1\n", -1));
    g_assert_cmpint(cli_slurm_conf_read_kill_wait(paths), ==, -1);
    g_assert_cmpint(cli_slurm_conf_read_kill_wait(paths + 2), ==, -1);
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
    g_test_add_func("/engine-notice/slurm-includes", test_slurm_includes);
    g_test_add_func("/engine-notice/slurm-places", test_slurm_places);
    g_test_add_func("/engine-notice/openjd", test_openjd);
    g_test_add_func("/engine-notice/openjd-says-nothing", test_openjd_says_nothing);
    g_test_add_func("/engine-notice/budget", test_budget);
    return g_test_run();
}
