/* Names of files; see the header.
 *
 * A file is not replaced while somebody has it open, if only a virus scanner; whoever reads files of ours opens them
 * briefly. A link is for those who may make one, so a name stands for a path by what it holds. Threading: any. */
#include "dcc-file-whole.h"

#include "dcc-wide.h"

#include <errno.h>
#include <string.h>

#include <windows.h>

#define PATIENCE_US G_USEC_PER_SEC
#define PAUSE_US    10000

gboolean
dcc_file_whole_move(const char *from, const char *to)
{
    g_autofree gunichar2 *wide_from = dcc_wide_path(from);
    g_autofree gunichar2 *wide_to = dcc_wide_path(to);
    gint64 end = g_get_monotonic_time() + PATIENCE_US;

    while (wide_from != NULL && wide_to != NULL) {
        DWORD code;

        if (MoveFileExW((LPCWSTR)wide_from, (LPCWSTR)wide_to, MOVEFILE_REPLACE_EXISTING))
            return TRUE;
        code = GetLastError();
        if ((code == ERROR_ACCESS_DENIED || code == ERROR_SHARING_VIOLATION) &&
            g_get_monotonic_time() < end) {
            g_usleep(PAUSE_US);
            continue;
        }
        errno = dcc_errno_of(code);
        break;
    }
    return FALSE;
}

gboolean
dcc_file_whole_link(const char *path, const char *name)
{
    g_autofree gunichar2 *wide_path = dcc_wide_path(path);
    g_autofree gunichar2 *wide_name = dcc_wide_path(name);

    if (wide_path == NULL || wide_name == NULL)
        return FALSE;
    if (CreateHardLinkW((LPCWSTR)wide_name, (LPCWSTR)wide_path, NULL))
        return TRUE;
    errno = dcc_errno_of(GetLastError());
    return FALSE;
}

gboolean
dcc_file_whole_point(const char *name, const char *path)
{
    g_autofree gunichar2 *wide = dcc_wide_path(name);
    DWORD length = (DWORD)strlen(path), written = 0;
    gboolean done;
    HANDLE handle;

    if (wide == NULL)
        return FALSE;
    handle =
        CreateFileW((LPCWSTR)wide, GENERIC_WRITE, 0, NULL, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
    if (handle == INVALID_HANDLE_VALUE) {
        errno = dcc_errno_of(GetLastError());
        return FALSE;
    }
    done = WriteFile(handle, path, length, &written, NULL) && written == length;
    if (!done)
        errno = dcc_errno_of(GetLastError());
    CloseHandle(handle);
    return done;
}

char *
dcc_file_whole_read_pointer(const char *name)
{
    char *path = NULL;

    return g_file_get_contents(name, &path, NULL, NULL) ? path : NULL;
}
