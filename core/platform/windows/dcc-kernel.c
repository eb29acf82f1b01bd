/* The system itself; see dcc-system.h. Threading: any. */
#include "dcc-system.h"

#include <malloc.h>

#include <windows.h>

static void
check_version(DccSystemFunc func, gpointer data)
{
    g_autofree char *text = g_win32_check_windows_version(10, 0, 0, G_WIN32_OS_ANY)
                                ? g_strdup("Windows 10 or newer")
                                : g_strdup("older than Windows 10");
    gboolean good = g_str_has_suffix(text, "newer");

    func("kernel", good, text, good ? NULL : "Windows 10 or newer is needed", data);
}

void
dcc_system_check(DccSystemFunc func, gpointer data)
{
    HANDLE job = CreateJobObjectW(NULL, NULL);

    check_version(func, data);
    func("process trees", job != NULL, job != NULL ? "job objects" : "no job objects", NULL, data);
    if (job != NULL)
        CloseHandle(job);
    func("exits", TRUE, "readable from any handle", NULL, data);
}

/* It ends none: what asks for more than there is, is refused. */
guint64
dcc_system_count_memory_kills(void)
{
    return 0;
}

void
dcc_system_trim_memory(void)
{
    _heapmin();
}
