/* What is wanted of an instance, beside what it does: up, down, or down and then up again. Pure.
 *
 * The state says what is, the wish says what is wanted. It is written through this one table alone,
 * so that "a stop wins over everything" is a row that a test reads and not an order of callbacks.
 */
#pragma once

#include "dcc-api.h"

G_BEGIN_DECLS

typedef enum {
    DCC_WISH_UP,
    DCC_WISH_DOWN_THEN_UP,
    DCC_WISH_DOWN,
} DccWish;
#define DCC_N_WISHES (DCC_WISH_DOWN + 1)

/* Whatever may change it. */
typedef enum {
    DCC_ASK_STOP,
    DCC_ASK_KILL,
    DCC_ASK_RESTART,
    DCC_ASK_HANG, /* it has hung for too long, and the setting says that a restart follows */
} DccAsk;
#define DCC_N_ASKS (DCC_ASK_HANG + 1)

/* The wish after something was asked for. One that stays DOWN though a restart was asked for is a
 * refusal, which the caller tells. */
DccWish
dcc_wish_after(DccWish wish, DccAsk ask);
/* "up", "down-then-up", "down". */
const char *
dcc_wish_to_nick(DccWish wish);
/* DCC_WISH_UP where the nick is NULL or unknown. */
DccWish
dcc_wish_from_nick(const char *nick);

G_END_DECLS
