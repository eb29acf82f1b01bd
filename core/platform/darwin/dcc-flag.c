/* A flag is a kqueue with an event of ours, which is there or not; see dcc-fds.h. Compiled and linked for macOS, never
 * run. Threading: any. */
#include "dcc-fds.h"

#include <sys/event.h>

int
dcc_fds_open_flag(gboolean up)
{
    int fd = kqueue();

    if (fd < 0)
        return -1;
    dcc_fds_set_private(fd);
    dcc_fds_set_flag(fd, up);
    return fd;
}

void
dcc_fds_set_flag(int fd, gboolean up)
{
    struct kevent changes[2];

    if (up) {
        EV_SET(&changes[0], 0, EVFILT_USER, EV_ADD, 0, 0, NULL);
        EV_SET(&changes[1], 0, EVFILT_USER, 0, NOTE_TRIGGER, 0, NULL);
    } else {
        EV_SET(&changes[0], 0, EVFILT_USER, EV_DELETE, 0, 0, NULL);
    }
    kevent(fd, changes, up ? 2 : 1, NULL, 0, NULL);
}

void
dcc_fds_close_flag(int *fd)
{
    dcc_fds_close(fd);
}
