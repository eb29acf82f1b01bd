/* What the bodies below linux/, and the shim's link, do with pidfds. */
#pragma once

#include "dcc-proc.h"

#include <glib.h>
#include <sys/wait.h>

G_BEGIN_DECLS

/* TRUE when the process behind the pidfd has ended, reaped or not. */
gboolean
dcc_pidfd_has_ended(int pidfd);
/* TRUE when it has ended and somebody has reaped it: only then the kernel tells strangers how. */
gboolean
dcc_pidfd_is_reaped(int pidfd);
/* The raw wait status of a process that has ended, as far as the kernel still tells: our child or
 * not (PIDFD_GET_INFO, Linux 6.15). Never reaps. */
gboolean
dcc_pidfd_read_exit(int pidfd, int *wait_status);
/* TRUE where the kernel can do that for one that is not our child. */
gboolean
dcc_pidfd_can_read_exit(void);
/* Reaps our own child; FALSE when it is not ours or has not ended. */
gboolean
dcc_pidfd_reap(int pidfd, int *wait_status);

G_END_DECLS
