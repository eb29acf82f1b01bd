/* The events of one instance on disk: a file, and the one it became when it grew too large. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* event: borrowed. */
typedef void (*DccJournalEventFunc)(JsonObject *event, gint64 number, gpointer data);

/* Tells the events of the present or last run in order, one at a time: they may be many. path: the
 * newer file; spool: what was on its way to it, or NULL. Returns the last number that has arrived
 * in the file. */
gint64
dcc_journal_each_of_run(const char *path,
                        const char *spool,
                        DccJournalEventFunc func,
                        gpointer data);
/* (transfer full): those numbered above since. */
JsonArray *
dcc_journal_read_run(const char *path, const char *spool, gint64 since);
/* (transfer full): the events of this file alone that are numbered above since. */
JsonArray *
dcc_journal_read_file(const char *path, gint64 since);

G_END_DECLS
