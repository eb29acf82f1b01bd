/* Writes how an instance ended, before that is told: a reader after the last event finds it. A disk that
 * does not answer holds up nobody who waits for the end. */
#pragma once

#include "dcc-clock.h"
#include "dcc-instance-dir.h"

G_BEGIN_DECLS

typedef struct _DccConclusion DccConclusion;

/* problem: what is wrong with the state directory; NULL: nothing. Called once, from the main loop. */
typedef void (*DccConclusionFunc)(const char *problem, gpointer data);

/* dir must live until func was called or the conclusion is freed. */
DccConclusion *
dcc_conclusion_new(DccInstanceDir *dir,
                   const DccLastRecord *last,
                   DccClock *clock,
                   DccConclusionFunc func,
                   gpointer data);
/* func is not called any more. */
void
dcc_conclusion_free(DccConclusion *self);

G_END_DECLS
