/* By the codes that stand for it: whoever asks how it ended cannot tell them apart. */
#include "dcc-test-signal.h"

#include <windows.h>

/* As docs/windows.md has it. */
#define KILLED 0xEDCC0009u

static void
end(gint64 pid, UINT code)
{
    HANDLE process = OpenProcess(PROCESS_TERMINATE, FALSE, (DWORD)pid);

    g_assert_nonnull(process);
    g_assert_true(TerminateProcess(process, code));
    CloseHandle(process);
}

void
dcc_test_crash(gint64 pid)
{
    end(pid, EXCEPTION_ACCESS_VIOLATION);
}

void
dcc_test_kill(gint64 pid)
{
    end(pid, KILLED);
}

void
dcc_test_terminate(gint64 pid)
{
    end(pid, KILLED);
}

/* Whoever has a handle keeps the number, not the process. */
gboolean
dcc_test_is_gone(gint64 pid)
{
    HANDLE process = OpenProcess(SYNCHRONIZE, FALSE, (DWORD)pid);
    gboolean lives = process != NULL && WaitForSingleObject(process, 0) == WAIT_TIMEOUT;

    if (process != NULL)
        CloseHandle(process);
    return !lives;
}
