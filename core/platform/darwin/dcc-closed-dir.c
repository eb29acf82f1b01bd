/* By name, without following a link; see the header. Compiled and linked for macOS, never run. Threading: any. */
#include "dcc-closed-dir.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int
dcc_closed_dir_open(int fd, const char *name, dev_t device)
{
    const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    struct stat st;
    int child = openat(fd, name, flags);

    if (child >= 0 || errno != EACCES)
        return child;
    if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_dev == device &&
        st.st_uid == geteuid())
        fchmodat(fd, name, 0700, AT_SYMLINK_NOFOLLOW);
    return openat(fd, name, flags);
}
