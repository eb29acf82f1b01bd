/* Memory that climbs, and memory that does not. */
#include "dcc-memory-climb.h"

#define MIB (G_GINT64_CONSTANT(1024) * 1024)

static void
test_start(void)
{
    DccMemoryClimb climb = {0};

    g_assert_true(dcc_memory_climb_is_steep(&climb));
    g_assert_cmpint(dcc_memory_climb_get_peak(&climb), ==, -1);
    for (int i = 0; i < 4; i++)
        dcc_memory_climb_note(&climb, 100 * MIB);
    g_assert_false(dcc_memory_climb_is_steep(&climb));
    g_assert_cmpint(dcc_memory_climb_get_peak(&climb), ==, 100 * MIB);
}

static void
test_climb(void)
{
    DccMemoryClimb climb = {0};

    for (gint64 n = 100; n < 2000; n += 50) {
        dcc_memory_climb_note(&climb, n * MIB);
        g_assert_true(dcc_memory_climb_is_steep(&climb));
    }
    dcc_memory_climb_note(&climb, 10 * MIB);
    g_assert_cmpint(dcc_memory_climb_get_peak(&climb), ==, 1950 * MIB);
}

/* What comes and goes: two per cent, or four mebibytes of a small one. */
static void
test_noise(void)
{
    DccMemoryClimb climb = {0};

    dcc_memory_climb_note(&climb, 1000 * MIB);
    for (int i = 0; i < 20; i++)
        dcc_memory_climb_note(&climb, (1000 + i % 2 * 19) * MIB);
    g_assert_false(dcc_memory_climb_is_steep(&climb));
    dcc_memory_climb_note(&climb, 1100 * MIB);
    g_assert_true(dcc_memory_climb_is_steep(&climb));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/memory-climb/start", test_start);
    g_test_add_func("/memory-climb/climb", test_climb);
    g_test_add_func("/memory-climb/noise", test_noise);
    return g_test_run();
}
