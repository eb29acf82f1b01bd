/* Flags are eventfds; see dcc-fds.h. Threading: any. */
#include "dcc-fds.h"

#include <sys/eventfd.h>
#include <unistd.h>

int
dcc_fds_open_flag(gboolean up)
{
    return eventfd(up ? 1 : 0, EFD_CLOEXEC | EFD_NONBLOCK);
}

void
dcc_fds_set_flag(int fd, gboolean up)
{
    guint64 count = 1;

    if (up)
        (void)!write(fd, &count, sizeof count);
    else
        (void)!read(fd, &count, sizeof count);
}

void
dcc_fds_close_flag(int *fd)
{
    dcc_fds_close(fd);
}
