/* Descriptors; see the header. Threading: any. */
#include "dcc-fds.h"

#include "dcc-system.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <sys/stat.h>
#include <unistd.h>

gboolean
dcc_fds_is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

/* open() gives the lowest that is free, so those below are taken already. The wrong way round: what
 * is read cannot be read, and what is written cannot be written. */
void
dcc_fds_guard_standard(void)
{
    static const int modes[] = {O_WRONLY, O_RDONLY, O_RDONLY};

    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (!dcc_fds_is_open(fd) && open("/dev/null", modes[fd]) < 0)
            return;
}

gboolean
dcc_fds_is_pipe(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode);
}

void
dcc_fds_set_private(int fd)
{
    fcntl(fd, F_SETFD, FD_CLOEXEC);
}

gboolean
dcc_fds_open_pipe(int fds[2], GError **error)
{
    g_autofree char *why = NULL;

    if (g_unix_open_pipe(fds, FD_CLOEXEC, NULL))
        return TRUE;
    why = dcc_system_explain(errno);
    g_set_error(error, DCC_ERROR, DCC_ERROR_FAILED, "cannot open a pipe: %s", why);
    return FALSE;
}

void
dcc_fds_set_nonblocking(int fd)
{
    fcntl(fd, F_SETFL, O_NONBLOCK);
}

gint64
dcc_fds_of_pipe(int fd)
{
    return fd;
}

int
dcc_fds_wait(GPollFD *fds, guint n, int timeout_ms)
{
    return g_poll(fds, n, timeout_ms);
}

gboolean
dcc_fds_write_all(int fd, const char *bytes, gsize n)
{
    while (n > 0) {
        ssize_t written = write(fd, bytes, n);

        if (written < 0 && errno != EINTR)
            return FALSE;
        bytes += MAX(written, 0);
        n -= (gsize)MAX(written, 0);
    }
    return TRUE;
}

gboolean
dcc_fds_sync(int fd)
{
#if defined(_POSIX_SYNCHRONIZED_IO) && _POSIX_SYNCHRONIZED_IO > 0
    return fdatasync(fd) == 0;
#else
    return fsync(fd) == 0;
#endif
}

gssize
dcc_fds_read_at(int fd, gint64 offset, void *bytes, gsize n)
{
    return pread(fd, bytes, n, offset);
}

void
dcc_fds_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}
