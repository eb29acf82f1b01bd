/* What an instance has been through so far. */
#pragma once

#include "dcc-result.h"
#include "dcc-status.h"

G_BEGIN_DECLS

/* More than are kept on disk by default; what runs for months is no heavier for it. */
#define DCC_HISTORY_MAX_RESCUED 100

typedef struct {
    DccResult *result;    /* of the last run that ended; NULL: none has */
    GPtrArray *rescued;   /* paths of what was brought to safety: the last ones, each once */
    DccStopReport report; /* of the present or last run */
    guint restart_count;
    gboolean has_run; /* once at least */
} DccHistory;

void
dcc_history_init(DccHistory *self);
void
dcc_history_clear(DccHistory *self);
void
dcc_history_note_started(DccHistory *self);
/* result: (transfer none). */
void
dcc_history_note_result(DccHistory *self, DccResult *result);
void
dcc_history_note_rescue(DccHistory *self, const char *path);

G_END_DECLS
