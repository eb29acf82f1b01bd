/* Handles of processes: pidfds, or what stands for them. Threading: any. */
#include "dcc-process-ref.h"

#include "dcc-pidfd.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

DccProcessRef
dcc_process_ref_open(gint64 pid, gboolean *gone)
{
    int pidfd = dcc_pidfd_open(pid);

    /* EINVAL: the number is a thread's, and nobody's exit will ever be told of that one. */
    if (gone != NULL)
        *gone = pidfd < 0 && (errno == ESRCH || errno == EINVAL);
    return pidfd;
}

DccProcessRef
dcc_process_ref_dup(DccProcessRef self)
{
    return dcc_pidfd_dup(self);
}

void
dcc_process_ref_close(DccProcessRef *self)
{
    if (*self >= 0)
        close(*self);
    *self = DCC_PROCESS_REF_NONE;
}

gboolean
dcc_process_ref_has_ended(DccProcessRef self)
{
    return dcc_pidfd_has_ended(self);
}

gboolean
dcc_process_ref_is_reaped(DccProcessRef self)
{
    return dcc_pidfd_is_reaped(self);
}

gboolean
dcc_process_ref_read_exit(DccProcessRef self, int *status)
{
    return dcc_pidfd_read_exit(self, status);
}

gboolean
dcc_process_ref_reap(DccProcessRef self, int *status)
{
    return dcc_pidfd_reap(self, status);
}

gboolean
dcc_process_ref_kill(DccProcessRef self)
{
    return dcc_pidfd_signal(self, SIGKILL) == 0;
}

gboolean
dcc_process_ref_kill_group(DccProcessRef self)
{
    return dcc_pidfd_signal_group(self, SIGKILL) == 0;
}

gboolean
dcc_process_ref_can_read_exit(void)
{
    return dcc_pidfd_can_read_exit();
}
