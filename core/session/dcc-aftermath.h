/* What follows a run that is over and has left nothing: the wish, the state and the policy together
 * decide. Deciding acts on nothing; the policy alone remembers. */
#pragma once

#include "dcc-evidence.h"
#include "dcc-recovery.h"
#include "dcc-restart-policy.h"
#include "dcc-run.h"
#include "dcc-transition.h"
#include "dcc-wish.h"

G_BEGIN_DECLS

typedef enum {
    DCC_AFTERMATH_RESTART,
    DCC_AFTERMATH_REST,    /* nothing, and nothing is wrong with that */
    DCC_AFTERMATH_GIVE_UP, /* nothing, though it was not to end like this */
} DccAftermathKind;

typedef struct {
    DccAftermathKind kind;
    DccEvent event;       /* for the state table */
    gboolean offers_work; /* it broke, so unsaved work counts */
    gint64 delay_ms;
    gboolean waits_for_licence; /* the delay is for that */
    gboolean safe;
    char reason[160]; /* one line for people */
} DccAftermath;

/* state, wish: as they are now. now: of the policy's clock. */
DccAftermath
dcc_aftermath_decide(DccRun *run,
                     DccState state,
                     DccWish wish,
                     DccRestartPolicy *policy,
                     DccRecovery *recovery,
                     gint64 now);
/* How long the run that is granted is waited for, milliseconds. For want of a licence all instances of
 * this host wait together. dir: the instance's runtime directory. now: as above. */
gint64
dcc_aftermath_wait(const DccAftermath *self, const char *dir, gint64 now);
/* Writes into the evidence of the run what followed. go_on: how the next run begins. */
void
dcc_aftermath_note(const DccAftermath *self,
                   DccGoOn go_on,
                   DccEvidence *evidence,
                   DccRecovery *recovery);

G_END_DECLS
