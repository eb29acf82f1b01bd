/* What happened to one instance: numbered events, kept in memory for followers and on disk for
 * later, and the list of ends.
 *
 * An event is with the kernel (in the runtime directory) when dcc_journal_add() returns: a session
 * that is killed has told nothing that its successor does not find. A thread brings it to the
 * state directory, which may be slow or full; see dcc-store-writer.h.
 */
#pragma once

#include "dcc-instance-dir.h"
#include "dcc-journal-file.h"

G_BEGIN_DECLS

#define DCC_JOURNAL_DEATHS 100

typedef struct _DccJournal DccJournal;

/* fresh: a new run begins, numbers start again at 1 and the former run's file is kept as *.1. Else
 * the numbers go on, also where the file was set aside within the run. */
DccJournal *
dcc_journal_open(DccInstanceDir *instance_dir, gboolean fresh);
/* What is pending is still written, for as long as the instance directory is open. */
void
dcc_journal_free(DccJournal *self);
/* Numbers and dates the event, keeps it. event: borrowed. transient: it is one of many; then its
 * type says what is kept of it. Progress is kept nowhere and carries the last number. Of health a
 * burst is kept and then one a minute; the others carry the last number, and "passed" of the next
 * one that is kept says how many they were.
 *
 * FALSE: something was not written to disk since this was last called; it is in memory. Where
 * dcc_journal_set_failed_func() has been called, that is told instead. */
gboolean
dcc_journal_add(DccJournal *self, JsonObject *event, gboolean transient);
/* what: "the journal of events" or "the list of ends". Called in the main context that is the
 * thread-default one now. NULL: nobody is told any more. */
typedef void (*DccJournalFailed)(const char *what, const GError *error, gpointer user_data);
void
dcc_journal_set_failed_func(DccJournal *self, DccJournalFailed func, gpointer user_data);
/* Waits until all that was added has been written, or could not be. FALSE: it has not, after
 * timeout_ms. */
gboolean
dcc_journal_flush(DccJournal *self, gint64 timeout_ms);
/* (transfer full): the newest events numbered above since that fit into max_bytes; *gap: how many
 * are left out or no longer kept. */
JsonArray *
dcc_journal_list(DccJournal *self, gint64 since, gsize max_bytes, gint64 *gap);
gint64
dcc_journal_get_last(DccJournal *self);
/* Whether an event of this type about this run is among those kept. For "exit" the list of ends is
 * looked at, too. */
gboolean
dcc_journal_has(DccJournal *self, const char *type, const char *incarnation);
/* Adds the exit event, as it was told, to the list of ends. FALSE: as of dcc_journal_add(). */
gboolean
dcc_journal_add_death(DccJournal *self, JsonObject *death);
/* (transfer full): now, as ISO 8601 with milliseconds. */
char *
dcc_journal_time(gint64 wall_us);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccJournal, dcc_journal_free)

G_END_DECLS
