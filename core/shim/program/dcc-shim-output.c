/* The application's output; see the header.
 *
 * Contract: a flood keeps the shim from nothing else, and a full disk costs the output, never the
 * application. Threading: one thread. */
#include "dcc-shim-output.h"

#include "dcc-shim-system.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

bool
dcc_shim_output_init(ShimOutput *self, const char *log, int64_t log_size, int log_files)
{
    self->fd = -1;
    return dcc_ring_init(&self->ring, log, log_size, log_files);
}

int
dcc_shim_output_open(ShimOutput *self, int dir_fd)
{
    /* Read and write: so the application needs no reader and gets no SIGPIPE when the shim dies. */
    int writer = openat(dir_fd, DCC_SHIM_FILE_OUTPUT, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    struct stat st;

    self->fd = openat(dir_fd, DCC_SHIM_FILE_OUTPUT, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
    if (writer < 0 || self->fd < 0)
        return -1;
    if (fstat(writer, &st) != 0 || !S_ISFIFO(st.st_mode) || st.st_uid != geteuid()) {
        errno = EPERM;
        return -1;
    }
    /* A burst is to find room while we wait for the disk. Smaller where the user's budget is used
     * up. */
    dcc_shim_system_widen_pipe(writer);
    self->pipe_size = dcc_ring_pipe_size(writer);
    return writer;
}

static bool
take(ShimOutput *self, int64_t limit, bool all)
{
    int64_t moved;

    if (self->fd < 0)
        return false;
    moved = dcc_ring_drain(&self->ring, self->fd, limit, all);
    self->degraded = self->degraded || self->ring.error != 0;
    if (moved < 0) {
        close(self->fd);
        self->fd = -1;
    }
    return moved > 0;
}

bool
dcc_shim_output_take(ShimOutput *self)
{
    return take(self, self->pipe_size, false);
}

bool
dcc_shim_output_take_all(ShimOutput *self)
{
    /* Not more than the pipe holds, which the application may have changed: with that, all that was
     * written before now is in the log, and a flood cannot keep us from the rest. */
    return self->fd >= 0 && take(self, dcc_ring_pipe_size(self->fd), true);
}

void
dcc_shim_output_leave_a_drain(ShimOutput *self, int first_fd)
{
    static char waste[64 * 1024];

    dcc_shim_output_take_all(self);
    if (self->fd < 0 || fork() != 0)
        return;
    dcc_shim_system_set_name("dcchost-drain");
    fcntl(self->fd, F_SETFL, 0);
    for (int other = first_fd; other < 64; other++)
        if (other != self->fd)
            close(other);
    while (read(self->fd, waste, sizeof waste) > 0) {
    }
    _exit(0);
}
