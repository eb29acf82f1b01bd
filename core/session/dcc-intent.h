/* What is wanted of an instance and how: up or down, how a run is to be ended, how the next one is
 * to begin. Written through these functions alone. Pure. */
#pragma once

#include "dcc-next-run.h"
#include "dcc-run.h"
#include "dcc-session-record.h"
#include "dcc-wish.h"

G_BEGIN_DECLS

typedef struct {
    DccWish wish;
    DccRunStop how;     /* a run is to be ended, where the wish is not up */
    gint64 deadline_ms; /* of the whole stop; 0: the settings' own times */
    gboolean outside;   /* nobody asked dcchost for it: a signal, the end of what it is tied to */
    DccNextRun next;
} DccIntent;

void
dcc_intent_stop(DccIntent *self, gint64 deadline_ms);
/* The same of one that nobody asked dcchost for; whoever asked for a stop before has the word. */
void
dcc_intent_cancel(DccIntent *self, gint64 deadline_ms);
void
dcc_intent_kill(DccIntent *self);
/* FALSE: refused, for a stop was asked for. */
gboolean
dcc_intent_restart(DccIntent *self);
gboolean
dcc_intent_hang(DccIntent *self);
/* Another run begins at once: nothing is to be ended any more. */
void
dcc_intent_go_up(DccIntent *self);
/* The same of one that the policy grants. */
void
dcc_intent_grant(DccIntent *self, gboolean safe);
/* The next run goes on from the newest unsaved work. */
void
dcc_intent_offer(DccIntent *self);
/* What the session before wanted. */
void
dcc_intent_restore(DccIntent *self, const DccSessionRecord *record);
/* The next run goes on from unsaved work, for somebody asked for that. */
void
dcc_intent_recover(DccIntent *self);
/* A run has begun as the next one was to. */
void
dcc_intent_begun(DccIntent *self);

G_END_DECLS
