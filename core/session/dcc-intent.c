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
dcc_intent_cancel(DccIntent *self, gint64 deadline_ms)
{
    self->outside = self->outside || self->wish != DCC_WISH_DOWN;
    dcc_intent_stop(self, deadline_ms);
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
    self->outside = FALSE;
}

void
dcc_intent_grant(DccIntent *self, gboolean safe)
{
    dcc_intent_go_up(self);
    self->next.safe = safe;
}

void
dcc_intent_offer(DccIntent *self)
{
    self->next.go_on = DCC_GO_ON_NEWEST;
}

void
dcc_intent_restore(DccIntent *self, const DccSessionRecord *record)
{
    self->wish = dcc_wish_from_nick(record->wish);
    if (record->kill_wanted)
        self->how = DCC_RUN_STOP_KILL;
    else if (g_strcmp0(record->next_cause, "hang") == 0)
        self->how = DCC_RUN_STOP_HANG;
    else if (self->wish != DCC_WISH_UP)
        self->how = DCC_RUN_STOP_ASKED;
    self->deadline_ms = MAX(record->stop_deadline_ms, 0);
    self->outside = record->outside;
    self->next.safe = record->next_safe;
    if (record->next_recover)
        self->next.go_on = record->next_asked ? DCC_GO_ON_ASKED : DCC_GO_ON_NEWEST;
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
