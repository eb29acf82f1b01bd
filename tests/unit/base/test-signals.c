/* Signals are called the same on every system, by the house's numbers. */
#include "dcc-signals.h"

static void
test_names(void)
{
    static const struct {
        int number;
        const char *name;
    } rows[] = {{1, "Hangup"},
                {6, "Aborted"},
                {7, "Bus error"},
                {9, "Killed"},
                {11, "Segmentation fault"},
                {15, "Terminated"},
                {31, "Bad system call"}};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpstr(dcc_signal_describe(rows[i].number), ==, rows[i].name);
}

static void
test_others(void)
{
    static const int numbers[] = {-1, 0, 16, 17, 32, 64, 65, 1000};

    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++)
        g_assert_nonnull(dcc_signal_describe(numbers[i]));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signals/names", test_names);
    g_test_add_func("/signals/others", test_others);
    return g_test_run();
}
