/* A look at a process; see the header. Threading: any. */
#include "dcc-process-look.h"

#include "dcc-handle.h"
#include "dcc-wide.h"

#include <windows.h>
/* after windows.h */
#include <psapi.h>

#define LONGEST_PATH 32768

static guint64
join(FILETIME time)
{
    return ((guint64)time.dwHighDateTime << 32) | time.dwLowDateTime;
}

static char *
read_program(HANDLE process)
{
    g_autofree WCHAR *path = g_new(WCHAR, LONGEST_PATH);
    DWORD length = LONGEST_PATH;

    if (!QueryFullProcessImageNameW(process, 0, path, &length))
        return NULL;
    return dcc_narrow_path((const gunichar2 *)path);
}

void
dcc_process_look_take(DccProcessLook *self, DccProcessRef process)
{
    HANDLE handle = dcc_handle_from_number(process);
    PROCESS_MEMORY_COUNTERS memory = {.cb = sizeof memory};
    FILETIME created, exited, kernel, user;
    IO_COUNTERS io;

    *self = (DccProcessLook){.program = read_program(handle), .written = -1, .peak = -1};
    if (GetProcessTimes(handle, &created, &exited, &kernel, &user)) {
        self->start = join(created);
        self->cpu = join(kernel) + join(user);
    }
    if (GetProcessIoCounters(handle, &io))
        self->written = (gint64)io.WriteTransferCount;
    if (GetProcessMemoryInfo(handle, &memory, sizeof memory) && memory.PeakWorkingSetSize > 0)
        self->peak = (gint64)memory.PeakWorkingSetSize;
}

void
dcc_process_look_clear(DccProcessLook *self)
{
    g_clear_pointer(&self->program, g_free);
}
