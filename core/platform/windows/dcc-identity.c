/* Identity of processes: the number, and when it was created, which no clock is set back to for the same number twice.
 *
 * Threading: any. */
#include "dcc-identity.h"

#include "dcc-handle.h"
#include "dcc-job.h"

#include <string.h>

guint64
dcc_identity_read_start(gint64 pid)
{
    DccProcessRef process = dcc_process_ref_open(pid, NULL);
    guint64 start = 0;

    if (process != DCC_PROCESS_REF_NONE)
        start = dcc_job_read_start(dcc_handle_from_number(process));
    dcc_process_ref_close(&process);
    return start;
}

gboolean
dcc_identity_read(gint64 pid, DccIdentity *identity)
{
    memset(identity, 0, sizeof *identity);
    identity->start_ticks = dcc_identity_read_start(pid);
    if (identity->start_ticks == 0)
        return FALSE;
    identity->pid = pid;
    g_strlcpy(identity->boot_id, dcc_boot_id(), sizeof identity->boot_id);
    return TRUE;
}

DccProcessRef
dcc_identity_open(const DccIdentity *identity)
{
    DccProcessRef process = DCC_PROCESS_REF_NONE;

    if (identity->pid <= 0 || identity->start_ticks == 0 ||
        !g_str_equal(identity->boot_id, dcc_boot_id()))
        return DCC_PROCESS_REF_NONE;
    process = dcc_process_ref_open(identity->pid, NULL);
    if (process != DCC_PROCESS_REF_NONE &&
        dcc_job_read_start(dcc_handle_from_number(process)) != identity->start_ticks)
        dcc_process_ref_close(&process);
    return process;
}

gboolean
dcc_identity_is_alive(const DccIdentity *identity)
{
    DccProcessRef process = dcc_identity_open(identity);
    gboolean alive = process != DCC_PROCESS_REF_NONE && !dcc_process_ref_has_ended(process);

    dcc_process_ref_close(&process);
    return alive;
}

gboolean
dcc_identity_is_pid_alive(gint64 pid)
{
    gboolean gone;
    DccProcessRef process = dcc_process_ref_open(pid, &gone);
    gboolean alive;

    /* It is there, and not to be opened by us. */
    if (process == DCC_PROCESS_REF_NONE)
        return !gone;
    alive = !dcc_process_ref_has_ended(process);
    dcc_process_ref_close(&process);
    return alive;
}
