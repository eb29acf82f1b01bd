/* Locks that the kernel lets go with their last holder, so no crash leaves a stale one behind. A
 * child that inherits the descriptor holds the lock, too. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The descriptor that holds it; -1 with errno, EWOULDBLOCK where somebody else holds it. dir: made
 * where it is missing, or NULL. */
int
dcc_lock_file_take(const char *path, const char *dir);
/* Whether somebody holds it now. FALSE where there is none. */
gboolean
dcc_lock_file_is_held(const char *path);
/* Whether what fd holds is still what the path leads to. */
gboolean
dcc_lock_file_is_current(int fd, const char *path);

G_END_DECLS
