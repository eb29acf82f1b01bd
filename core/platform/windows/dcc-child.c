/* Children; see the header. Threading: any. */
#include "dcc-child.h"

#include "dcc-end-request.h"
#include "dcc-handle.h"

#include <windows.h>

#define MOST_FDS 16

gboolean
dcc_child_poll(const DccChild *self, GPollFD *fds, guint n_fds, gint64 timeout_ms)
{
    GPollFD all[MOST_FDS + 1] = {
        {.fd = (gintptr)dcc_handle_from_number(self->process), .events = G_IO_IN}};

    g_return_val_if_fail(n_fds <= MOST_FDS, TRUE);
    for (guint i = 0; i < n_fds; i++)
        all[i + 1] = (GPollFD){.fd = fds[i].fd, .events = fds[i].events};
    g_poll(all, n_fds + 1, (int)MIN(timeout_ms, G_MAXINT));
    for (guint i = 0; i < n_fds; i++)
        fds[i].revents = all[i + 1].revents;
    return dcc_process_ref_has_ended(self->process);
}

void
dcc_child_ask_to_end(const DccChild *self)
{
    dcc_end_request_send(self->pid);
}

void
dcc_child_kill(const DccChild *self)
{
    dcc_process_ref_kill(self->process);
}

int
dcc_child_reap(DccChild *self)
{
    int status = -1;

    WaitForSingleObject(dcc_handle_from_number(self->process), INFINITE);
    if (!dcc_process_ref_read_exit(self->process, &status))
        status = -1;
    dcc_process_ref_close(&self->process);
    return status;
}

int
dcc_child_reap_group(DccChild *self)
{
    WaitForSingleObject(dcc_handle_from_number(self->process), INFINITE);
    dcc_process_ref_kill_group(self->process);
    return dcc_child_reap(self);
}
