/* Identity of processes: the number, and when it was created, which no clock is set back to for the same number twice.
 *
 * Threading: any. */
#include "dcc-identity.h"

#include "dcc-handle.h"
#include "dcc-job.h"

#include <string.h>

#include <windows.h>

/* Times of creation are absolute, so they tell one boot from another by themselves. */
const char *
dcc_boot_id(void)
{
    return "windows";
}

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

/* By the clock that people set: there is no other that both times are in. */
gint64
dcc_identity_get_age_ms(const DccIdentity *identity)
{
    FILETIME time;
    guint64 now;

    GetSystemTimeAsFileTime(&time);
    now = ((guint64)time.dwHighDateTime << 32) | time.dwLowDateTime;
    if (identity->start_ticks == 0 || now < identity->start_ticks ||
        !g_str_equal(identity->boot_id, dcc_boot_id()))
        return -1;
    return (gint64)((now - identity->start_ticks) / 10000);
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
