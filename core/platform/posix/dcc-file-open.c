/* Opening files; see the header. Threading: any. */
#include "dcc-file-open.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

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
    int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
    struct stat st;

    /* A pipe would be written to until it is full. */
    if (fd < 0 || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)))
        return fd;
    close(fd);
    errno = EPERM;
    return -1;
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
