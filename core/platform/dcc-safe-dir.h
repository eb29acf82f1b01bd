/* Private directories: made for this user alone, opened without following a link, owner and access checked. */
#pragma once

#include "dcc-api.h"

G_BEGIN_DECLS

/* Makes one that is not there yet; nothing is checked. FALSE with errno. */
gboolean
dcc_safe_dir_make_new(const char *path);
/* Makes path (its parent must exist) and checks it. Error UNSAFE. */
gboolean
dcc_safe_dir_make(const char *path, GError **error);
/* The same of one that must exist, and may be read-only: there is something to stop even so. */
gboolean
dcc_safe_dir_check(const char *path, GError **error);
/* The directory that ours is made in: ours or root's, and nobody else may move things about in it.
 */
gboolean
dcc_safe_dir_check_parent(const char *path, GError **error);
/* Removes a directory of ours with all that is in it; never follows a link, never leaves the file
 * system. */
void
dcc_safe_dir_remove(const char *path);
/* Removes one that is empty by now: where a file that is open, a lock, keeps its directory, which so outlasts its removal.
 * Elsewhere there is nothing left to be done, and nothing is. */
void
dcc_safe_dir_finish(const char *path);

G_END_DECLS
