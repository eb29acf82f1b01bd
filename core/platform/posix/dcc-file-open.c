/* Opening files; see the header. Threading: any. */
#include "dcc-file-open.h"

#include <fcntl.h>

int
dcc_file_open_to_read(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
}

int
dcc_file_open_target_to_read(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

int
dcc_file_open_to_append(const char *path)
{
    return open(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
}

int
dcc_file_open_new(const char *path)
{
    return open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
}

int
dcc_file_open_unique(char *name)
{
    return g_mkstemp_full(name, O_RDWR | O_CLOEXEC, 0600);
}

int
dcc_file_open_nothing(void)
{
    return open("/dev/null", O_RDONLY | O_CLOEXEC);
}
