/* Through /proc/self/fd; see the header. Threading: any. */
#include "dcc-closed-dir.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* By descriptor alone first, so that it is this one and no link that is opened up. */
int
dcc_closed_dir_open(int fd, const char *name, dev_t device)
{
    struct stat st;
    int place = openat(fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", place);
    int child;

    if (place < 0)
        return -1;
    if (fstat(place, &st) == 0 && st.st_dev == device && st.st_uid == geteuid())
        chmod(path, 0700);
    child = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    close(place);
    return child;
}
