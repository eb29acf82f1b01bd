/* A kernel that does not list the children of a process: linked into a test, in place of the C
 * library's open(). */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>

int
open(const char *path, int flags, ...)
{
    const char *end = strrchr(path, '/');
    unsigned mode = 0;
    va_list more;

    va_start(more, flags);
    if (flags & (O_CREAT | O_TMPFILE))
        mode = va_arg(more, unsigned);
    va_end(more);
    if (end != NULL && strcmp(end, "/children") == 0) {
        errno = ENOENT;
        return -1;
    }
    return openat(AT_FDCWD, path, flags, mode);
}
