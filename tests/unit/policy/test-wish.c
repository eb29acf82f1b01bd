#include "dcc-wish.h"

/* Every cell: what is wanted, what is asked, what is wanted then. */
static void
test_every_cell(void)
{
    static const struct {
        DccWish before;
        DccWish after[DCC_N_ASKS]; /* stop, kill, restart, hang */
    } rows[] = {
        {DCC_WISH_UP, {DCC_WISH_DOWN, DCC_WISH_DOWN, DCC_WISH_DOWN_THEN_UP, DCC_WISH_DOWN_THEN_UP}},
        {DCC_WISH_DOWN_THEN_UP,
         {DCC_WISH_DOWN, DCC_WISH_DOWN, DCC_WISH_DOWN_THEN_UP, DCC_WISH_DOWN_THEN_UP}},
        {DCC_WISH_DOWN, {DCC_WISH_DOWN, DCC_WISH_DOWN, DCC_WISH_DOWN, DCC_WISH_DOWN}},
    };

    g_assert_cmpuint(G_N_ELEMENTS(rows), ==, DCC_N_WISHES);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        for (guint ask = 0; ask < DCC_N_ASKS; ask++)
            g_assert_cmpint(dcc_wish_after(rows[i].before, (DccAsk)ask), ==, rows[i].after[ask]);
}

/* Whatever is asked before and after: once a stop was asked for, it stays wanted. */
static void
test_a_stop_wins(void)
{
    for (guint first = 0; first < DCC_N_ASKS; first++)
        for (guint last = 0; last < DCC_N_ASKS; last++) {
            DccWish wish = dcc_wish_after(DCC_WISH_UP, (DccAsk)first);

            wish = dcc_wish_after(wish, DCC_ASK_STOP);
            g_assert_cmpint(dcc_wish_after(wish, (DccAsk)last), ==, DCC_WISH_DOWN);
        }
}

static void
test_nicks(void)
{
    for (guint i = 0; i < DCC_N_WISHES; i++)
        g_assert_cmpint(dcc_wish_from_nick(dcc_wish_to_nick((DccWish)i)), ==, i);
    g_assert_cmpint(dcc_wish_from_nick("sideways"), ==, DCC_WISH_UP);
    g_assert_cmpint(dcc_wish_from_nick(NULL), ==, DCC_WISH_UP);
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wish/every-cell", test_every_cell);
    g_test_add_func("/wish/a-stop-wins", test_a_stop_wins);
    g_test_add_func("/wish/nicks", test_nicks);
    return g_test_run();
}
