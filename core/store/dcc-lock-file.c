/* Locks that the kernel lets go with their last holder. */
#include "dcc-lock-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <unistd.h>

gboolean
dcc_lock_file_is_current(int fd, const char *path)
{
    GStatBuf mine, there;

    return fd >= 0 && fstat(fd, &mine) == 0 && g_stat(path, &there) == 0 &&
           mine.st_ino == there.st_ino && mine.st_dev == there.st_dev;
}

static int
fail(int fd)
{
    int saved = errno;

    close(fd);
    errno = saved;
    return -1;
}

/* The file may be removed by its last holder between our open and our lock: then what we hold is no
 * longer what the name says, and we begin again. */
int
dcc_lock_file_take(const char *path, const char *dir)
{
    for (int attempt = 0; attempt < 100; attempt++) {
        int fd = g_open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

        if (fd < 0 && errno == ENOENT && dir != NULL &&
            (g_mkdir(dir, 0700) == 0 || errno == EEXIST))
            continue;
        if (fd < 0)
            return -1;
        if (flock(fd, LOCK_EX | LOCK_NB) != 0)
            return fail(fd);
        if (dcc_lock_file_is_current(fd, path))
            return fd;
        close(fd);
    }
    errno = EAGAIN;
    return -1;
}

gboolean
dcc_lock_file_is_held(const char *path)
{
    int fd = g_open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0);
    gboolean held = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;

    if (fd >= 0)
        close(fd);
    return held;
}
