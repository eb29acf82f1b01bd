/* The console. Threading: any. */
#include "dcc-terminal.h"

#include <io.h>

#include <windows.h>

guint
dcc_terminal_get_width(int fd)
{
    CONSOLE_SCREEN_BUFFER_INFO info;

    if (!GetConsoleScreenBufferInfo((HANDLE)_get_osfhandle(fd), &info))
        return 0;
    return (guint)(info.srWindow.Right - info.srWindow.Left + 1);
}
