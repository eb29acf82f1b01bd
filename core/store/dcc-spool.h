/* Lines on their way to the state directory, kept in the runtime directory until they are there.
 *
 * Problem: a line is written by a thread, later; its session may be killed before that, and then
 * what it had told already would be told again, or never be known. Contract: a line is with the
 * kernel when dcc_spool_add() returns. The file is empty whenever nothing is on its way.
 *
 * Threading: any.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _DccSpool DccSpool;

typedef struct {
    char kind; /* a letter: which file it is for */
    char *line;
} DccSpoolLine;

/* Never fails: what cannot be opened keeps nothing. *left: (transfer full) DccSpoolLine, what an
 * earlier one had on its way; each is on its way again, as if it were added. */
DccSpool *
dcc_spool_open(const char *path, GPtrArray **left);
DccSpool *
dcc_spool_ref(DccSpool *self);
void
dcc_spool_unref(DccSpool *self);
void
dcc_spool_add(DccSpool *self, char kind, const char *line);
/* A line has arrived; FALSE: it could not be written, and stays here. */
void
dcc_spool_settle(DccSpool *self, gboolean arrived);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccSpool, dcc_spool_unref)

/* (transfer full): the lines of a file that nobody has open. */
GPtrArray *
dcc_spool_read(const char *path);

G_END_DECLS
