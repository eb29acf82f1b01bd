/* What is wanted; see the header. */
#include "dcc-intent.h"

void
dcc_intent_stop(DccIntent *self, gint64 deadline_ms)
{
    self->wish = dcc_wish_after(self->wish, DCC_ASK_STOP);
    if (self->how != DCC_RUN_STOP_KILL)
        self->how = DCC_RUN_STOP_ASKED;
    self->deadline_ms = deadline_ms;
}

void
dcc_intent_kill(DccIntent *self)
{
    self->wish = dcc_wish_after(self->wish, DCC_ASK_KILL);
    self->how = DCC_RUN_STOP_KILL;
}

gboolean
dcc_intent_restart(DccIntent *self)
{
    self->wish = dcc_wish_after(self->wish, DCC_ASK_RESTART);
    if (self->wish == DCC_WISH_DOWN)
        return FALSE;
    if (self->how == DCC_RUN_STOP_NOT)
        self->how = DCC_RUN_STOP_ASKED;
    return TRUE;
}

gboolean
dcc_intent_hang(DccIntent *self)
{
    if (dcc_wish_after(self->wish, DCC_ASK_HANG) == DCC_WISH_DOWN)
        return FALSE;
    self->wish = dcc_wish_after(self->wish, DCC_ASK_HANG);
    self->how = DCC_RUN_STOP_HANG;
    return TRUE;
}

void
dcc_intent_go_up(DccIntent *self)
{
    self->wish = DCC_WISH_UP;
    self->how = DCC_RUN_STOP_NOT;
    self->deadline_ms = 0;
}

void
dcc_intent_recover(DccIntent *self)
{
    self->next.go_on = DCC_GO_ON_ASKED;
}

void
dcc_intent_begun(DccIntent *self)
{
    self->next = (DccNextRun){0};
}
