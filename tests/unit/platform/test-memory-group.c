/* Memory groups as Linux has them: both versions of cgroups, in a directory of our own. */
#include "dcc-memory-group.h"
#include "dcc-test.h"

#define V2 "0::/slurm/job_1\n"
#define V1 "9:name=x:/\n4:cpu,memory:/job\n0::/\n"

static void
put(DccTestWorld *world, const char *path, const char *text)
{
    g_free(dcc_test_world_write(world, path, text, -1));
}

static void
test_version_2(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    const char *root = dcc_test_world_get_path(world);
    DccMemoryGroup group;

    put(world, "slurm/job_1/memory.events", "low 0\nhigh 0\nmax 31\noom 2\noom_kill 2\n");
    dcc_memory_group_read_at(&group, V2, root);
    g_assert_true(group.known);
    g_assert_cmpuint(group.kills, ==, 2);
    g_assert_cmpint(group.peak_bytes, ==, -1); /* before Linux 5.19 */
    g_assert_cmpint(group.limit_bytes, ==, -1);
    put(world, "slurm/job_1/memory.peak", "314572800\n");
    put(world, "slurm/job_1/memory.max", "max\n");
    dcc_memory_group_read_at(&group, V2, root);
    g_assert_cmpint(group.peak_bytes, ==, 314572800);
    g_assert_cmpint(group.limit_bytes, ==, -1);
    put(world, "slurm/job_1/memory.max", "524288000\n");
    dcc_memory_group_read_at(&group, V2, root);
    g_assert_cmpint(group.limit_bytes, ==, 524288000);
}

static void
test_version_1(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    const char *root = dcc_test_world_get_path(world);
    DccMemoryGroup group;

    put(world, "memory/job/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 7\n");
    put(world, "memory/job/memory.max_usage_in_bytes", "1048576\n");
    put(world, "memory/job/memory.limit_in_bytes", "9223372036854771712\n");
    dcc_memory_group_read_at(&group, V1, root);
    g_assert_true(group.known);
    g_assert_cmpuint(group.kills, ==, 7);
    g_assert_cmpint(group.peak_bytes, ==, 1048576);
    g_assert_cmpint(group.limit_bytes, ==, -1);
}

static void
test_none(void)
{
    static const char *const memberships[] = {"", "0::", "x", "0::/\n", V1 V2, "4:memory:/../..\n"};
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    const char *root = dcc_test_world_get_path(world);
    DccMemoryGroup group;

    for (guint i = 0; i < G_N_ELEMENTS(memberships); i++) {
        dcc_memory_group_read_at(&group, memberships[i], root);
        g_assert_false(group.known);
        g_assert_cmpint(group.peak_bytes, ==, -1);
    }
}

int
main(int argc, char **argv)
{
    dcc_test_init(&argc, &argv);
    g_test_add_func("/memory-group/version-2", test_version_2);
    g_test_add_func("/memory-group/version-1", test_version_1);
    g_test_add_func("/memory-group/none", test_none);
    return g_test_run();
}
