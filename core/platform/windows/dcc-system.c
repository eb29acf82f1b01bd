/* The system; see the header. Threading: any. */
#include "dcc-system.h"

#include "dcc-wide.h"

#include <errno.h>
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

guint64
dcc_system_get_descriptor_limit(void)
{
    return 0;
}

gboolean
dcc_system_get_free_bytes(const char *path, guint64 *bytes)
{
    g_autofree gunichar2 *wide = dcc_wide_path(path);
    ULARGE_INTEGER free_bytes;

    if (wide == NULL)
        return FALSE;
    if (!GetDiskFreeSpaceExW((LPCWSTR)wide, &free_bytes, NULL, NULL)) {
        errno = dcc_errno_of(GetLastError());
        return FALSE;
    }
    *bytes = free_bytes.QuadPart;
    return TRUE;
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

char *
dcc_system_explain(int errno_code)
{
    switch (errno_code) {
    case ENOEXEC:
        return g_strdup("it is no program of Windows (files named .exe and .com are); name the one "
                        "that runs it");
    case ENOMEM:
    case EAGAIN:
        return g_strdup_printf("%s; end something, or let the page file grow",
                               g_strerror(errno_code));
    default:
        return g_strdup(g_strerror(errno_code));
    }
}
