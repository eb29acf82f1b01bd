/* Files that are appended to; see the header. Threading: any. */
#include "dcc-file-append.h"

#include "dcc-wide.h"

#include <errno.h>
#include <fcntl.h>
#include <io.h>

#include <windows.h>

/* Not to write anywhere else: then the system itself puts every write at the end, of each handle. */
#define APPENDING (FILE_APPEND_DATA | FILE_READ_ATTRIBUTES | READ_CONTROL | SYNCHRONIZE)
#define SHARE_ALL (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)

static gboolean
is_plain(HANDLE handle)
{
    BY_HANDLE_FILE_INFORMATION info;

    return GetFileType(handle) == FILE_TYPE_DISK && GetFileInformationByHandle(handle, &info) &&
           (info.dwFileAttributes & (FILE_ATTRIBUTE_REPARSE_POINT | FILE_ATTRIBUTE_DIRECTORY)) == 0;
}

int
dcc_file_append_open(const char *path)
{
    g_autofree gunichar2 *wide = dcc_wide_path(path);
    HANDLE handle;
    int fd;

    if (wide == NULL)
        return -1;
    handle = CreateFileW((LPCWSTR)wide,
                         APPENDING,
                         SHARE_ALL,
                         NULL,
                         OPEN_ALWAYS,
                         FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT,
                         NULL);
    if (handle == INVALID_HANDLE_VALUE) {
        errno = dcc_errno_of(GetLastError());
        return -1;
    }
    if (!is_plain(handle)) {
        CloseHandle(handle);
        errno = EPERM;
        return -1;
    }
    fd = _open_osfhandle((intptr_t)handle, _O_WRONLY | _O_APPEND | _O_BINARY | _O_NOINHERIT);
    if (fd < 0)
        CloseHandle(handle);
    return fd;
}

gint64
dcc_file_append_get_size(int fd)
{
    return fd >= 0 ? _filelengthi64(fd) : -1;
}
