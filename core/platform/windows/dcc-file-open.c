/* Opening files; see the header. A handle is not inherited unless it is asked for, and others may
 * rename, remove and write what is open, as they may elsewhere. Threading: any. */
#include "dcc-file-open.h"

#include "dcc-wide.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <io.h>

#include <windows.h>

#define SHARE_ALL (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)

static gboolean
is_link(HANDLE handle)
{
    BY_HANDLE_FILE_INFORMATION info;

    return GetFileInformationByHandle(handle, &info) &&
           (info.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0;
}

static int
take(HANDLE handle, int flags)
{
    int fd = _open_osfhandle((intptr_t)handle, flags | _O_BINARY | _O_NOINHERIT);

    if (fd < 0)
        CloseHandle(handle);
    return fd;
}

/* follow: what a link leads to is opened. */
static int
open_file(const char *path, DWORD access, DWORD how, gboolean follow, int flags)
{
    g_autofree gunichar2 *wide = dcc_wide_path(path);
    DWORD attributes = FILE_ATTRIBUTE_NORMAL | (follow ? 0 : FILE_FLAG_OPEN_REPARSE_POINT);
    HANDLE handle;

    if (wide == NULL)
        return -1;
    handle = CreateFileW((LPCWSTR)wide, access, SHARE_ALL, NULL, how, attributes, NULL);
    if (handle == INVALID_HANDLE_VALUE) {
        errno = dcc_errno_of(GetLastError());
        return -1;
    }
    if (!follow && is_link(handle)) {
        CloseHandle(handle);
        errno = ELOOP;
        return -1;
    }
    return take(handle, flags);
}

int
dcc_file_open_to_read(const char *path)
{
    return open_file(path, GENERIC_READ, OPEN_EXISTING, FALSE, _O_RDONLY);
}

int
dcc_file_open_target_to_read(const char *path)
{
    return open_file(path, GENERIC_READ, OPEN_EXISTING, TRUE, _O_RDONLY);
}

int
dcc_file_open_to_append(const char *path)
{
    return open_file(path, GENERIC_READ | GENERIC_WRITE, OPEN_ALWAYS, FALSE, _O_RDWR | _O_APPEND);
}

int
dcc_file_open_new(const char *path)
{
    return open_file(path, GENERIC_WRITE, CREATE_NEW, FALSE, _O_WRONLY);
}

int
dcc_file_open_unique(char *name)
{
    return g_mkstemp_full(name, _O_RDWR | _O_BINARY | _O_NOINHERIT, 0600);
}

int
dcc_file_open_nothing(void)
{
    return open_file("NUL", GENERIC_READ, OPEN_EXISTING, TRUE, _O_RDONLY);
}
