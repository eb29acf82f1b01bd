/* How this process was started; see dcc-own-process.h. Threading: see there. */
#include "dcc-own-process.h"

#include "dcc-wide.h"

#include <windows.h>

#define MOST_LETTERS 32767

char *
dcc_own_process_get_program(void)
{
    g_autofree WCHAR *path = g_new0(WCHAR, MOST_LETTERS + 1);

    GetModuleFileNameW(NULL, path, MOST_LETTERS);
    return dcc_narrow_path((const gunichar2 *)path);
}

/* A program does not get more rights than whoever starts it but by being asked for, visibly. */
gboolean
dcc_own_process_is_privileged(void)
{
    return FALSE;
}

/* The parent's end closes its job, which ends us: nothing has to be bound. */
gboolean
dcc_own_process_bind_to_parent(int fd)
{
    return TRUE;
}
