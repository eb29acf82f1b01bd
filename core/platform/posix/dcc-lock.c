/* Locks of open file descriptions: flock(). Threading: any. */
#include "dcc-lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define ATTEMPTS 100

gboolean
dcc_lock_is_current(int lock, const char *path)
{
    struct stat mine, there;

    return lock >= 0 && fstat(lock, &mine) == 0 && stat(path, &there) == 0 &&
           mine.st_ino == there.st_ino && mine.st_dev == there.st_dev;
}

static int
close_with(int fd, int errno_code)
{
    close(fd);
    errno = errno_code;
    return -1;
}

/* The file may be removed by its last holder between our open and our lock: then what we hold is no
 * longer what the name says, and we begin again. */
int
dcc_lock_take(const char *path, gboolean make_dir, gboolean *held)
{
    g_autofree char *dir = g_path_get_dirname(path);

    *held = FALSE;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

        if (fd < 0 && errno == ENOENT && make_dir && (mkdir(dir, 0700) == 0 || errno == EEXIST))
            continue;
        if (fd < 0)
            return -1;
        if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
            *held = errno == EWOULDBLOCK;
            return close_with(fd, errno);
        }
        if (dcc_lock_is_current(fd, path))
            return fd;
        close(fd);
    }
    errno = EAGAIN;
    return -1;
}

gboolean
dcc_lock_is_held(const char *path)
{
    int fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    gboolean held = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;

    if (fd >= 0)
        close(fd);
    return held;
}
