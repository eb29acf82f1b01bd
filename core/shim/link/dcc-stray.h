/* What is left of a run whose main process and shim are dead, when no session has attended it. */
#pragma once

#include "dcc-shim-link.h"

G_BEGIN_DECLS

/* (transfer full, element-type DccShimMember): the processes that are proved to be of the run whose
 * record is DIR/exit: by the run's number in their environment, by its private output pipe, by the
 * session of its main process while one that is proved so is in it, or by descending from one of
 * these. Released daemons and other instances are not among them, nor is this process or one that
 * it descends from: a shell that the application opened may be where this session was started.
 *
 * Empty when the run's shim or main process is alive, for then they are no strays; when the record
 * says that nothing was left; and when it is of another boot. */
GArray *
dcc_stray_list(const char *dir);
/* Ends them: SIGTERM and SIGCONT, and SIGKILL to what is there after grace_ms. Blocks for grace_ms
 * and timeout_ms at most. *ended: (transfer full, element-type DccShimMember) what was signalled,
 * `signal` the last one; may be NULL. Error TIMEOUT, which names them: some cannot be ended. */
gboolean
dcc_stray_end(const char *dir, gint64 grace_ms, gint64 timeout_ms, GArray **ended, GError **error);

G_END_DECLS
