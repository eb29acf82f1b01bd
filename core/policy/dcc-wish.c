/* The table of wishes; see the header. Threading: constant data, any thread. */
#include "dcc-wish.h"

#include <string.h>

static const DccWish table[DCC_N_WISHES][DCC_N_ASKS] = {
    [DCC_WISH_UP] =
        {
            [DCC_ASK_STOP] = DCC_WISH_DOWN,
            [DCC_ASK_KILL] = DCC_WISH_DOWN,
            [DCC_ASK_RESTART] = DCC_WISH_DOWN_THEN_UP,
            [DCC_ASK_HANG] = DCC_WISH_DOWN_THEN_UP,
        },
    [DCC_WISH_DOWN_THEN_UP] =
        {
            [DCC_ASK_STOP] = DCC_WISH_DOWN,
            [DCC_ASK_KILL] = DCC_WISH_DOWN,
            [DCC_ASK_RESTART] = DCC_WISH_DOWN_THEN_UP,
            [DCC_ASK_HANG] = DCC_WISH_DOWN_THEN_UP,
        },
    /* A stop wins over everything. */
    [DCC_WISH_DOWN] =
        {
            [DCC_ASK_STOP] = DCC_WISH_DOWN,
            [DCC_ASK_KILL] = DCC_WISH_DOWN,
            [DCC_ASK_RESTART] = DCC_WISH_DOWN,
            [DCC_ASK_HANG] = DCC_WISH_DOWN,
        },
};

static const char *const nicks[DCC_N_WISHES] = {
    [DCC_WISH_UP] = "up",
    [DCC_WISH_DOWN_THEN_UP] = "down-then-up",
    [DCC_WISH_DOWN] = "down",
};

DccWish
dcc_wish_after(DccWish wish, DccAsk ask)
{
    g_return_val_if_fail((guint)wish < DCC_N_WISHES && (guint)ask < DCC_N_ASKS, wish);
    return table[wish][ask];
}

const char *
dcc_wish_to_nick(DccWish wish)
{
    return (guint)wish < DCC_N_WISHES ? nicks[wish] : nicks[DCC_WISH_UP];
}

DccWish
dcc_wish_from_nick(const char *nick)
{
    for (guint i = 0; nick != NULL && i < DCC_N_WISHES; i++)
        if (strcmp(nicks[i], nick) == 0)
            return (DccWish)i;
    return DCC_WISH_UP;
}
