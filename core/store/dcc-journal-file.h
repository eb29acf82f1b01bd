/* The events of one instance on disk: a file, and the one it became when it grew too large. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* (transfer full): the events of the present or last run that are numbered above since, in order.
 * path: the newer file; spool: what was on its way to it, or NULL. */
JsonArray *
dcc_journal_read_run(const char *path, const char *spool, gint64 since);
/* (transfer full): the events of this file alone. */
JsonArray *
dcc_journal_read_file(const char *path, gint64 since);

G_END_DECLS
