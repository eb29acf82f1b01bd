/* The one task that renders in an instance: two at a time would take turns with their frames, each waiting
 * for the other's, and the picture of one be looked at while the other's is written.
 *
 * A lock by file in the instance's runtime directory, so a task that is killed leaves none behind, and a
 * session that is killed lets none go. Threading: one thread. */
#pragma once

#include "dcc-runtime.h"

typedef struct _CliTaskLock CliTaskLock;

/* Takes it. what: "frames 1-9", for whoever finds it taken. NULL: BUSY, which says who has it; UNSAFE: it cannot be made. */
CliTaskLock *
cli_task_lock_new(DccRuntime *runtime, const char *name, const char *what, GError **error);
/* Takes it anew where the directory that it is in was removed and made again meanwhile. FALSE: BUSY. */
gboolean
cli_task_lock_renew(CliTaskLock *self, GError **error);
void
cli_task_lock_free(CliTaskLock *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CliTaskLock, cli_task_lock_free)
