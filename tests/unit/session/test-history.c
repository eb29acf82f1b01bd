/* What an instance has been through takes no more room for lasting longer. */
#include "dcc-history.h"

static const char *
get_rescued(const DccHistory *history, guint i)
{
    return g_ptr_array_index(history->rescued, i);
}

static void
test_bounded(void)
{
    DccHistory history;

    dcc_history_init(&history);
    for (guint i = 0; i < 10000; i++) {
        g_autofree char *path = g_strdup_printf("/rescue/%u", i);

        dcc_history_note_rescue(&history, path);
        g_assert_cmpuint(history.rescued->len, ==, MIN(i + 1, DCC_HISTORY_MAX_RESCUED));
    }
    g_assert_cmpstr(get_rescued(&history, 0), ==, "/rescue/9900");
    g_assert_cmpstr(get_rescued(&history, DCC_HISTORY_MAX_RESCUED - 1), ==, "/rescue/9999");
    dcc_history_clear(&history);
}

/* One that is replaced is the newest again, and costs no other its place. */
static void
test_superseded(void)
{
    DccHistory history;

    dcc_history_init(&history);
    for (guint i = 0; i < 10000; i++)
        dcc_history_note_rescue(&history, i % 2 == 0 ? "/rescue/even" : "/rescue/odd");
    dcc_history_note_rescue(&history, "/rescue/even");
    g_assert_cmpuint(history.rescued->len, ==, 2);
    g_assert_cmpstr(get_rescued(&history, 0), ==, "/rescue/odd");
    g_assert_cmpstr(get_rescued(&history, 1), ==, "/rescue/even");
    dcc_history_clear(&history);
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/history/bounded", test_bounded);
    g_test_add_func("/history/superseded", test_superseded);
    return g_test_run();
}
