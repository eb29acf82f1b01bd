/* Children of this process; see the header. Threading: any. */
#include "dcc-child.h"

#include "dcc-pidfd.h"
#include "dcc-wait-status.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

/* Where there is no pidfd: how often it is asked for. */
#define ASK_EVERY_MS 10
#define MOST_FDS     16

/* Linux: also children that were made without an exit signal. */
#ifndef __WALL
#define __WALL 0
#endif

static gboolean
has_ended(const DccChild *self)
{
    siginfo_t info = {0};

    if (self->process >= 0)
        return dcc_pidfd_has_ended(self->process);
    if (waitid(P_PID, (id_t)self->pid, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0)
        return info.si_pid != 0;
    return errno == ECHILD; /* somebody has reaped it */
}

static gint64
milliseconds_until(gint64 deadline)
{
    return CLAMP((deadline - g_get_monotonic_time() + 999) / 1000, 0, G_MAXINT);
}

static void
poll_slowly(const DccChild *self, GPollFD *fds, guint n_fds, gint64 timeout_ms)
{
    gint64 deadline = timeout_ms < 0 ? G_MAXINT64 : g_get_monotonic_time() + timeout_ms * 1000;
    gint64 left;

    do
        left = MIN(ASK_EVERY_MS, milliseconds_until(deadline));
    while (!has_ended(self) && left > 0 && g_poll(fds, n_fds, (int)left) == 0);
}

gboolean
dcc_child_poll(const DccChild *self, GPollFD *fds, guint n_fds, gint64 timeout_ms)
{
    GPollFD all[MOST_FDS + 1] = {{.fd = self->process, .events = G_IO_IN}};

    g_return_val_if_fail(n_fds <= MOST_FDS, TRUE);
    if (self->process < 0) {
        poll_slowly(self, fds, n_fds, timeout_ms);
        return has_ended(self);
    }
    for (guint i = 0; i < n_fds; i++)
        all[i + 1] = (GPollFD){.fd = fds[i].fd, .events = fds[i].events};
    g_poll(all, n_fds + 1, (int)MIN(timeout_ms, G_MAXINT));
    for (guint i = 0; i < n_fds; i++)
        fds[i].revents = all[i + 1].revents;
    return all[0].revents != 0;
}

void
dcc_child_ask_to_end(const DccChild *self)
{
    kill((pid_t)self->pid, SIGTERM);
}

void
dcc_child_kill(const DccChild *self)
{
    kill((pid_t)self->pid, SIGKILL);
}

/* A program that ignores SIGCHLD has its children reaped unasked; then the kernel may still say how
 * it was. */
int
dcc_child_reap(DccChild *self)
{
    siginfo_t info = {0};
    int status = -1;

    if (waitid(P_PID, (id_t)self->pid, &info, WEXITED | __WALL) == 0)
        status = dcc_wait_status_from_siginfo(&info);
    else if (self->process < 0 || !dcc_pidfd_read_exit(self->process, &status))
        status = -1;
    dcc_process_ref_close(&self->process);
    return status;
}

int
dcc_child_reap_group(DccChild *self)
{
    siginfo_t info = {0};

    /* Until it is reaped its number is its group's and nobody else's. */
    if (waitid(P_PID, (id_t)self->pid, &info, WEXITED | WNOWAIT | __WALL) == 0)
        kill(-(pid_t)self->pid, SIGKILL);
    return dcc_child_reap(self);
}
