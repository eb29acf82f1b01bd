/* How many events of a kind that may flap are stored: a burst, and then one now and then. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define DCC_JOURNAL_BURST     60
#define DCC_JOURNAL_PERIOD_US G_GINT64_CONSTANT(60000000) /* one more may be stored after this */

typedef struct {
    gint64 spent;   /* of the burst */
    gint64 counted; /* since when, monotonic us */
    gint64 passed;  /* not stored since the last one that was */
} DccJournalRate;

/* TRUE: it is to be stored, and *passed others were not before it. */
static inline gboolean
dcc_journal_rate_allows(DccJournalRate *self, gint64 now_us, gint64 *passed)
{
    gint64 back = MIN((now_us - self->counted) / DCC_JOURNAL_PERIOD_US, self->spent);

    self->spent -= MAX(back, 0);
    self->counted =
        self->spent == 0 ? now_us : self->counted + MAX(back, 0) * DCC_JOURNAL_PERIOD_US;
    *passed = self->passed;
    if (self->spent >= DCC_JOURNAL_BURST) {
        self->passed++;
        return FALSE;
    }
    self->spent++;
    self->passed = 0;
    return TRUE;
}

G_END_DECLS
