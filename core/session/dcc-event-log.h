/* Where everything that happens to an instance is told: numbered and kept in its journal first,
 * then handed to whoever listens. */
#pragma once

#include "dcc-journal.h"

G_BEGIN_DECLS

typedef struct _DccEventLog DccEventLog;

/* event: borrowed. */
typedef void (*DccEventSink)(JsonObject *event, gpointer data);

/* sink: may be NULL. */
DccEventLog *
dcc_event_log_new(DccInstanceDir *dir, gboolean fresh, DccEventSink sink, gpointer data);
void
dcc_event_log_free(DccEventLog *self);
/* event: (transfer full). */
void
dcc_event_log_tell(DccEventLog *self, JsonObject *event);
/* Something of ours does not work as it should. Each trouble is told once: a full disk would else
 * tell of itself for ever. */
void
dcc_event_log_degraded(DccEventLog *self, const char *what);
/* (transfer none): what was told so, each once. */
GPtrArray *
dcc_event_log_get_degraded(DccEventLog *self);
/* Troubles that another session has told of. */
void
dcc_event_log_restore_degraded(DccEventLog *self, const char *const *what);
/* Into the tally of ends as well. event: borrowed. */
void
dcc_event_log_add_death(DccEventLog *self, JsonObject *event);
/* (transfer none) */
DccJournal *
dcc_event_log_get_journal(DccEventLog *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccEventLog, dcc_event_log_free)

G_END_DECLS
