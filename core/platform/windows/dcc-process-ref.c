/* Handles of processes. A process that has ended keeps its number as long as somebody has one. Threading: any. */
#include "dcc-process-ref.h"

#include "dcc-handle.h"
#include "dcc-job.h"
#include "dcc-nt-status.h"
#include "dcc-signals.h"
#include "dcc-wide.h"

#include <errno.h>

#include <windows.h>

#define KILLED ((UINT)DCC_NT_STATUS_OURS(DCC_SIGNAL_KILL))

/* The most that is granted: another user's process may be looked at, and waited for. */
static const DWORD rights[] = {
    SYNCHRONIZE | PROCESS_QUERY_INFORMATION | PROCESS_VM_READ | PROCESS_TERMINATE,
    SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_TERMINATE,
    SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION,
};

DccProcessRef
dcc_process_ref_open(gint64 pid, gboolean *gone)
{
    HANDLE process = NULL;
    gboolean is_number = pid > 0 && pid <= G_MAXUINT32;
    DWORD code = ERROR_INVALID_PARAMETER;

    for (gsize i = 0; is_number && process == NULL && i < G_N_ELEMENTS(rights); i++) {
        process = OpenProcess(rights[i], FALSE, (DWORD)pid);
        if (process == NULL && (code = GetLastError()) != ERROR_ACCESS_DENIED)
            break;
    }
    /* A number that is nobody's is rounded down to one that may be somebody's. */
    if (process != NULL && GetProcessId(process) != (DWORD)pid) {
        CloseHandle(process);
        process = NULL;
        code = ERROR_INVALID_PARAMETER;
    }
    if (gone != NULL)
        *gone = process == NULL && code == ERROR_INVALID_PARAMETER;
    if (process == NULL)
        errno = code == ERROR_INVALID_PARAMETER ? ESRCH : dcc_errno_of(code);
    return process != NULL ? dcc_handle_to_number(process) : DCC_PROCESS_REF_NONE;
}

DccProcessRef
dcc_process_ref_dup(DccProcessRef self)
{
    HANDLE copy = self != DCC_PROCESS_REF_NONE
                      ? dcc_handle_duplicate(dcc_handle_from_number(self), FALSE)
                      : NULL;

    return copy != NULL ? dcc_handle_to_number(copy) : DCC_PROCESS_REF_NONE;
}

void
dcc_process_ref_close(DccProcessRef *self)
{
    if (*self != DCC_PROCESS_REF_NONE)
        CloseHandle(dcc_handle_from_number(*self));
    *self = DCC_PROCESS_REF_NONE;
}

gboolean
dcc_process_ref_has_ended(DccProcessRef self)
{
    return WaitForSingleObject(dcc_handle_from_number(self), 0) == WAIT_OBJECT_0;
}

/* Nothing is reaped here: everybody who has a handle is told. */
gboolean
dcc_process_ref_is_reaped(DccProcessRef self)
{
    return dcc_process_ref_has_ended(self);
}

/* -1 is what "nobody knows" is called, and what exit(-1) gives: that is told as 255, as elsewhere. */
gboolean
dcc_process_ref_read_exit(DccProcessRef self, int *status)
{
    DWORD code = 0;

    if (!dcc_process_ref_has_ended(self) ||
        !GetExitCodeProcess(dcc_handle_from_number(self), &code))
        return FALSE;
    *status = code != G_MAXUINT32 ? (int)code : 255;
    return TRUE;
}

gboolean
dcc_process_ref_reap(DccProcessRef self, int *status)
{
    int ignored;

    return dcc_process_ref_read_exit(self, status != NULL ? status : &ignored);
}

gboolean
dcc_process_ref_kill(DccProcessRef self)
{
    return TerminateProcess(dcc_handle_from_number(self), KILLED);
}

gboolean
dcc_process_ref_kill_group(DccProcessRef self)
{
    HANDLE process = dcc_handle_from_number(self);

    return dcc_job_terminate(GetProcessId(process), dcc_job_read_start(process), KILLED);
}

gboolean
dcc_process_ref_can_read_exit(void)
{
    return TRUE;
}
