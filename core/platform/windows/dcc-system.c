/* Limits and room; see the header. Threading: any. */
#include "dcc-system.h"

#include "dcc-wide.h"

#include <errno.h>

#include <windows.h>

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
