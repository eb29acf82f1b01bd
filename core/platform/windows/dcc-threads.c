/* The threads of a process; see the header. What each of them waits in, the system tells nobody but a debugger: only
 * what it has used of the processor is said. Threading: any. */
#include "dcc-threads.h"

#include <windows.h>
/* after windows.h */
#include <tlhelp32.h>

#define MAX_THREADS 512
#define TICKS_A_S   1e7

static double
to_seconds(FILETIME time)
{
    return (double)(((guint64)time.dwHighDateTime << 32) | time.dwLowDateTime) / TICKS_A_S;
}

static char *
read_cpu(DWORD id)
{
    FILETIME created, exited, kernel, user;
    HANDLE thread = OpenThread(THREAD_QUERY_LIMITED_INFORMATION, FALSE, id);
    gboolean known = thread != NULL && GetThreadTimes(thread, &created, &exited, &kernel, &user);

    if (thread != NULL)
        CloseHandle(thread);
    return known ? g_strdup_printf("%.2f s", to_seconds(kernel) + to_seconds(user)) : g_strdup("-");
}

static void
add_thread(GString *text, DWORD id)
{
    g_autofree char *cpu = read_cpu(id);

    g_string_append_printf(
        text, "thread %lu (-) state - cpu %s wchan - syscall -\n", (unsigned long)id, cpu);
}

char *
dcc_threads_describe(gint64 pid)
{
    GString *text = g_string_new(NULL);
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    THREADENTRY32 entry = {.dwSize = sizeof entry};
    guint n = 0;

    for (BOOL more = snapshot != INVALID_HANDLE_VALUE && Thread32First(snapshot, &entry); more;
         more = Thread32Next(snapshot, &entry))
        if (entry.th32OwnerProcessID == (DWORD)pid && n++ < MAX_THREADS)
            add_thread(text, entry.th32ThreadID);
    if (snapshot != INVALID_HANDLE_VALUE)
        CloseHandle(snapshot);
    if (n == 0)
        g_string_append(text, "not available: the process is gone\n");
    else if (n > MAX_THREADS)
        g_string_append_printf(text, "only the first %d threads are listed\n", MAX_THREADS);
    return g_string_free(text, FALSE);
}
