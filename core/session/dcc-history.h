/* What an instance has been through so far. */
#pragma once

#include "dcc-result.h"
#include "dcc-status.h"

G_BEGIN_DECLS

typedef struct {
    DccResult *result;    /* of the last run that ended; NULL: none has */
    GPtrArray *rescued;   /* paths of all that was brought to safety */
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
