/* Bytes between programs; see the header. Past the C library, which would change the ends of lines. Threading: see the
 * header. */
#include "dcc-bytes.h"

#include "dcc-handle.h"
#include "dcc-wide.h"

#include <errno.h>

#include <windows.h>

#define PAUSE_MS 5 /* where a pipe was made not to wait */

/* A pipe whose writer has gone has ended. */
gssize
dcc_bytes_read(int fd, void *bytes, gsize n)
{
    HANDLE handle = dcc_handle_of_fd(fd);
    DWORD got = 0, code;

    if (handle == NULL) {
        errno = EBADF;
        return -1;
    }
    while (!ReadFile(handle, bytes, (DWORD)MIN(n, G_MAXINT), &got, NULL)) {
        code = GetLastError();
        if (code == ERROR_BROKEN_PIPE || code == ERROR_HANDLE_EOF)
            return 0;
        if (code != ERROR_NO_DATA) {
            errno = dcc_errno_of(code);
            return -1;
        }
        Sleep(PAUSE_MS);
    }
    return got;
}

gboolean
dcc_bytes_write(int fd, const void *bytes, gsize n)
{
    HANDLE handle = dcc_handle_of_fd(fd);
    const char *at = bytes;

    while (n > 0) {
        DWORD written = 0;

        if (handle == NULL || !WriteFile(handle, at, (DWORD)MIN(n, G_MAXINT), &written, NULL)) {
            errno = handle != NULL ? dcc_errno_of(GetLastError()) : EBADF;
            return FALSE;
        }
        /* One that does not wait takes none while it is full. */
        if (written == 0)
            Sleep(PAUSE_MS);
        at += written;
        n -= written;
    }
    return TRUE;
}
