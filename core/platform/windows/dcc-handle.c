/* Handles; see the header. Threading: any. */
#include "dcc-handle.h"

#include "dcc-wide.h"

#include <errno.h>
#include <io.h>
#include <stdlib.h>

#include <windows.h>

/* mingw's headers lack it. */
_invalid_parameter_handler __cdecl _set_thread_local_invalid_parameter_handler(
    _invalid_parameter_handler handler);

/* Instead of ending the program, which is what the C library does about a descriptor that is closed. */
static void
let_it_fail(const wchar_t *what,
            const wchar_t *function,
            const wchar_t *file,
            unsigned line,
            uintptr_t reserved)
{
}

gpointer
dcc_handle_of_fd(int fd)
{
    _invalid_parameter_handler before;
    HANDLE handle;

    if (fd < 0)
        return NULL;
    before = _set_thread_local_invalid_parameter_handler(let_it_fail);
    handle = (HANDLE)_get_osfhandle(fd);
    _set_thread_local_invalid_parameter_handler(before);
    /* -2: a standard descriptor of a program without a console. */
    return handle != INVALID_HANDLE_VALUE && handle != (HANDLE)(gintptr)-2 ? handle : NULL;
}

gpointer
dcc_handle_duplicate(gpointer handle, gboolean inherited)
{
    HANDLE copy = NULL;

    if (DuplicateHandle(GetCurrentProcess(),
                        handle,
                        GetCurrentProcess(),
                        &copy,
                        0,
                        inherited,
                        DUPLICATE_SAME_ACCESS))
        return copy;
    errno = dcc_errno_of(GetLastError());
    return NULL;
}

gboolean
dcc_handle_lend(gpointer handle, gpointer process)
{
    HANDLE copy = NULL;

    if (DuplicateHandle(
            GetCurrentProcess(), handle, process, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS))
        return TRUE;
    errno = dcc_errno_of(GetLastError());
    return FALSE;
}
