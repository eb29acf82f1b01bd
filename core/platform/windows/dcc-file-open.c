/* Opening files; see the header. A handle is not inherited unless it is asked for, and others may
 * rename, remove and write what is open, as they may elsewhere. Threading: any. */
#include "dcc-file-open.h"

#include "dcc-owner.h"
#include "dcc-wide.h"

#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <string.h>

#include <windows.h>

#define SHARE_ALL (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)
#define N_UNIQUE  6 /* letters in place of "XXXXXX" */

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

/* follow: what a link leads to is opened. security: of one that is made; NULL: what its directory grants. */
static int
open_secured(const char *path,
             DWORD access,
             DWORD how,
             gboolean follow,
             SECURITY_ATTRIBUTES *security,
             int flags)
{
    g_autofree gunichar2 *wide = dcc_wide_path(path);
    DWORD attributes = FILE_ATTRIBUTE_NORMAL | (follow ? 0 : FILE_FLAG_OPEN_REPARSE_POINT);
    HANDLE handle;

    if (wide == NULL)
        return -1;
    handle = CreateFileW((LPCWSTR)wide, access, SHARE_ALL, security, how, attributes, NULL);
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

static int
open_file(const char *path, DWORD access, DWORD how, gboolean follow, int flags)
{
    return open_secured(path, access, how, follow, NULL, flags);
}

/* One that is made is this user's alone, whatever its directory grants. */
static int
open_private(const char *path, DWORD how, int flags)
{
    SECURITY_ATTRIBUTES security = {.nLength = sizeof security};
    int fd;

    security.lpSecurityDescriptor = dcc_owner_make_private();
    if (security.lpSecurityDescriptor == NULL) {
        errno = EACCES;
        return -1;
    }
    fd = open_secured(path, GENERIC_READ | GENERIC_WRITE, how, FALSE, &security, _O_RDWR | flags);
    LocalFree(security.lpSecurityDescriptor);
    return fd;
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
    return open_private(path, OPEN_ALWAYS, _O_APPEND);
}

int
dcc_file_open_new(const char *path)
{
    return open_file(path, GENERIC_WRITE, CREATE_NEW, FALSE, _O_WRONLY);
}

int
dcc_file_open_unique(char *name)
{
    char *place = name + strlen(name) - N_UNIQUE;
    int fd;

    do {
        g_snprintf(place, N_UNIQUE + 1, "%06x", g_random_int() >> 8);
        fd = open_private(name, CREATE_NEW, 0);
    } while (fd < 0 && errno == EEXIST);
    return fd;
}

int
dcc_file_open_nothing(void)
{
    return open_file("NUL", GENERIC_READ, OPEN_EXISTING, TRUE, _O_RDONLY);
}
