/* The terminal. Threading: any. */
#include "dcc-terminal.h"

#include <sys/ioctl.h>

guint
dcc_terminal_get_width(int fd)
{
    struct winsize size;

    return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}
