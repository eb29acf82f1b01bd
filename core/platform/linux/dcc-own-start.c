/* How this process was started; see dcc-own-process.h. Threading: see there. */
#include "dcc-own-process.h"

#include <poll.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Its own path where that still is it, so that process lists show a sensible name. Without /proc:
 * what it was executed as, from where it was executed or is now. */
char *
dcc_own_process_get_program(void)
{
    const char *executed = (const char *)getauxval(AT_EXECFN);
    char *path = g_file_read_link("/proc/self/exe", NULL);

    if (path != NULL && access(path, X_OK) == 0)
        return path;
    if (path == NULL && executed != NULL && access(executed, X_OK) == 0)
        return g_canonicalize_filename(executed, NULL);
    g_free(path);
    return g_strdup("/proc/self/exe");
}

gboolean
dcc_own_process_is_privileged(void)
{
    return getauxval(AT_SECURE) != 0;
}

gboolean
dcc_own_process_bind_to_parent(int fd)
{
    struct pollfd reader = {fd, 0, 0};

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    /* It may have ended before it could be bound to: its end of the pipe is then closed. */
    return poll(&reader, 1, 0) <= 0 || (reader.revents & POLLERR) == 0;
}
