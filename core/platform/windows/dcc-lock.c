/* Locks: a file that nobody else can open, and that goes with its last handle. See the header.
 *
 * The file is there for as long as it is locked; one that outlasted a power cut is nobody's and is taken. Whoever opens
 * any file that appears, a virus scanner, holds it for a moment, which is not taken for a holder. Threading: any. */
#include "dcc-lock.h"

#include "dcc-file-facts.h"
#include "dcc-safe-dir.h"
#include "dcc-wide.h"

#include <errno.h>
#include <fcntl.h>
#include <io.h>

#include <windows.h>

#define ATTEMPTS 5
#define PAUSE_US 5000

/* INVALID_HANDLE_VALUE with the system's code. A link is opened itself, and so is held by nobody else. */
static HANDLE
open_lock(const gunichar2 *path, DWORD how, DWORD flags, DWORD *code)
{
    HANDLE handle = INVALID_HANDLE_VALUE;

    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        handle = CreateFileW((LPCWSTR)path,
                             GENERIC_READ | GENERIC_WRITE | DELETE,
                             0,
                             NULL,
                             how,
                             FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT | flags,
                             NULL);
        *code = handle == INVALID_HANDLE_VALUE ? GetLastError() : ERROR_SUCCESS;
        /* Denied: it is being removed by whoever had it. */
        if (*code != ERROR_SHARING_VIOLATION && *code != ERROR_ACCESS_DENIED)
            break;
        g_usleep(PAUSE_US);
    }
    return handle;
}

int
dcc_lock_take(const char *path, gboolean make_dir, gboolean *held)
{
    g_autofree gunichar2 *wide = dcc_wide_path(path);
    g_autofree char *dir = g_path_get_dirname(path);
    HANDLE handle;
    DWORD code;
    int lock;

    *held = FALSE;
    if (wide == NULL)
        return -1;
    handle = open_lock(wide, OPEN_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, &code);
    if (code == ERROR_PATH_NOT_FOUND && make_dir && dcc_safe_dir_make(dir, NULL))
        handle = open_lock(wide, OPEN_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, &code);
    if (handle == INVALID_HANDLE_VALUE) {
        *held = code == ERROR_SHARING_VIOLATION;
        errno = dcc_errno_of(code);
        return -1;
    }
    lock = _open_osfhandle((intptr_t)handle, _O_RDWR | _O_BINARY | _O_NOINHERIT);
    if (lock < 0)
        CloseHandle(handle);
    return lock;
}

gboolean
dcc_lock_is_held(const char *path)
{
    g_autofree gunichar2 *wide = dcc_wide_path(path);
    HANDLE handle;
    DWORD code;

    if (wide == NULL)
        return FALSE;
    handle = open_lock(wide, OPEN_EXISTING, 0, &code);
    if (handle != INVALID_HANDLE_VALUE)
        CloseHandle(handle);
    return code == ERROR_SHARING_VIOLATION;
}

gboolean
dcc_lock_is_current(int lock, const char *path)
{
    DccFileFacts mine, there;

    return lock >= 0 && dcc_file_facts_read_open(lock, &mine) &&
           dcc_file_facts_read(path, &there) && mine.device == there.device &&
           mine.inode == there.inode;
}
