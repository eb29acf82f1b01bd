/* A source that is dispatched when something changes in a directory: a file is written to, made,
 * or renamed into or out of it.
 *
 * What happened is seen by looking; it only says that something did. */
#pragma once

#include "dcc-error.h"

G_BEGIN_DECLS

/* (transfer full): for dcc_source_attach(); its function is a plain GSourceFunc. Error NOT_FOUND
 * when there is no such directory, FAILED when it cannot be watched. */
GSource *
dcc_dir_watch_source_new(const char *dir, GError **error);

G_END_DECLS
