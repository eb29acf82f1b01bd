/* Children; see the header. Threading: any. */
#include "dcc-child.h"

#include "dcc-end-request.h"
#include "dcc-fds.h"
#include "dcc-handle.h"

#include <windows.h>

#define LOOK_EVERY_MS 10

/* A process cannot be waited for together with pipes or sockets: it is looked at. */
gboolean
dcc_child_poll(const DccChild *self, GPollFD *fds, guint n_fds, gint64 timeout_ms)
{
    HANDLE process = dcc_handle_from_number(self->process);
    gint64 end = g_get_monotonic_time() + timeout_ms * 1000;

    if (n_fds == 0)
        return WaitForSingleObject(process, timeout_ms < 0 ? INFINITE : (DWORD)timeout_ms) ==
               WAIT_OBJECT_0;
    for (;;) {
        gint64 left = timeout_ms < 0 ? LOOK_EVERY_MS : (end - g_get_monotonic_time() + 999) / 1000;
        int ready = dcc_fds_wait(fds, n_fds, (int)CLAMP(left, 0, LOOK_EVERY_MS));

        if (dcc_process_ref_has_ended(self->process))
            return TRUE;
        if (ready > 0 || left <= 0)
            return FALSE;
    }
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
