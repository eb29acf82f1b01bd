/* Small helpers around pidfds and /proc for the process layer. */
#pragma once

#include "dcc-identity.h"
#include "dcc-proc.h"

#include <sys/wait.h>

G_BEGIN_DECLS

/* TRUE when the process behind the pidfd has ended, reaped or not. */
gboolean
dcc_pidfd_has_ended(int pidfd);
/* TRUE when it has ended and somebody has reaped it: only then the kernel tells strangers how. */
gboolean
dcc_pidfd_is_reaped(int pidfd);
/* Reaps our own child; FALSE when it is not ours or has not ended. */
gboolean
dcc_pidfd_reap(int pidfd, int *wait_status);
/* The status word of wait(2), from what waitid(2) says. */
int
dcc_wait_status_from_siginfo(const siginfo_t *info);

G_END_DECLS
