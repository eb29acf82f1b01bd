/* Exclusive locks by file, which the system lets go of with their last holder: no crash leaves one
 * behind. A process that was started with the lock's descriptor is a holder, too.
 *
 * Threading: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Makes the file, and with make_dir the directory it is in, where they are missing. A descriptor;
 * -1 with errno, *held: somebody has it. Never waits. */
int
dcc_lock_take(const char *path, gboolean make_dir, gboolean *held);
/* Whether somebody holds it now. FALSE where there is no such file. */
gboolean
dcc_lock_is_held(const char *path);
/* Whether path still names the file that is locked. */
gboolean
dcc_lock_is_current(int lock, const char *path);

G_END_DECLS
