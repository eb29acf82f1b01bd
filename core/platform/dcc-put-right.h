/* Makes room for a session's own files.
 *
 * Problem: something else may lie in the place of one of them: a directory, a pipe that nobody
 * writes, a link. Opening it may wait for ever, and what cannot be opened or replaced would stop a
 * start or an adoption. Contract: what cannot be that file is renamed and stays beside its place, as
 * aside-XXXXXX-FILE; nothing is opened, and no link is followed. Threading: any, with the lock of
 * whoever uses the directory. */
#pragma once

#include "dcc-file-facts.h"

G_BEGIN_DECLS

typedef struct {
    const char *name;
    DccFileKind kind; /* DCC_FILE_OTHER: whatever a file of that name replaces, so no directory */
} DccOwnFile;

/* told: lines for people on what was moved, or cannot be. */
void
dcc_put_right(const char *dir, const DccOwnFile *files, guint n_files, GPtrArray *told);

G_END_DECLS
