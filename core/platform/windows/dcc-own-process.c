/* This process; see the header. Threading: see the header. */
#include "dcc-own-process.h"

#include "dcc-identity.h"

#include <windows.h>
/* after windows.h */
#include <tlhelp32.h>

/* The number of whoever started it is kept even when that is gone and another has the number: one that is younger than
 * this process is another. */
gint64
dcc_own_process_get_parent(void)
{
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    PROCESSENTRY32 entry = {.dwSize = sizeof entry};
    gint64 own = (gint64)GetCurrentProcessId(), parent = 0;

    if (snapshot == INVALID_HANDLE_VALUE)
        return 0;
    for (BOOL more = Process32First(snapshot, &entry); more && parent == 0;
         more = Process32Next(snapshot, &entry))
        if (entry.th32ProcessID == (DWORD)own)
            parent = entry.th32ParentProcessID;
    CloseHandle(snapshot);
    return dcc_identity_read_start(parent) <= dcc_identity_read_start(own) ? parent : 0;
}

const char *const *
dcc_own_process_read_environment(char ***held)
{
    *held = g_get_environ();
    return (const char *const *)*held;
}

/* The system keeps no account of it. */
gboolean
dcc_own_process_has_had_children(void)
{
    return FALSE;
}

/* A job of its own that holds this process alone: jobs nest. */
void
dcc_own_process_limit_memory(guint64 bytes)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {
        .BasicLimitInformation.LimitFlags =
            JOB_OBJECT_LIMIT_PROCESS_MEMORY | JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK,
        .ProcessMemoryLimit = (SIZE_T)bytes,
    };
    HANDLE job = CreateJobObjectW(NULL, NULL);

    /* The handle stays: the limit lasts as long as somebody has it. */
    if (job != NULL &&
        SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits))
        AssignProcessToJobObject(job, GetCurrentProcess());
}

void
dcc_own_process_forbid_core(void)
{
    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
}

void
dcc_own_process_ignore_notices(void)
{
}

/* There is no signal for it: writing fails. */
void
dcc_own_process_ignore_broken_pipes(void)
{
}

void
dcc_own_process_end_by_broken_pipe(void)
{
}
