/* What happened to one instance: numbered events, kept in memory for followers and on disk for
 * later, and the tally of deaths. */
#pragma once

#include "dcc-instance-dir.h"

G_BEGIN_DECLS

#define DCC_JOURNAL_RING   4096
#define DCC_JOURNAL_DEATHS 100

typedef struct _DccJournal DccJournal;

/* fresh: a new run begins, numbers start again at 1 and the former run's file is kept as *.1. */
DccJournal *
dcc_journal_open(DccInstanceDir *instance_dir, gboolean fresh);
void
dcc_journal_free(DccJournal *self);
/* Numbers and dates the event, keeps it. Transient events (progress, health) carry the last number
 * and are kept nowhere. event: borrowed. FALSE: it could not be written to disk (it is kept in
 * memory). */
gboolean
dcc_journal_add(DccJournal *self, JsonObject *event, gboolean transient);
/* (transfer full): events numbered above since; *gap: how many of those are no longer kept. */
JsonArray *
dcc_journal_list(DccJournal *self, gint64 since, gint64 *gap);
gint64
dcc_journal_get_last(DccJournal *self);
/* Whether an event of this type about this life is among those kept. */
gboolean
dcc_journal_has(DccJournal *self, const char *type, const char *incarnation);
gboolean
dcc_journal_add_death(DccJournal *self, JsonObject *death);
/* (transfer full): the events of the file, of the present or last run. */
JsonArray *
dcc_journal_read_file(const char *path, gint64 since);
/* (transfer full): now, as ISO 8601 with milliseconds. */
char *
dcc_journal_time(gint64 wall_us);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccJournal, dcc_journal_free)

G_END_DECLS
