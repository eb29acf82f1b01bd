/* The log ring; see the header. A disk that is full costs the output, never the application. */
#include "dcc-ring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool
dcc_ring_init(DccRing *ring, const char *path, int64_t limit, int files)
{
    memset(ring, 0, sizeof *ring);
    ring->fd = -1;
    ring->limit = limit > 0 ? limit : 0;
    ring->files = files > 0 ? files : 1;
    return snprintf(ring->path, sizeof ring->path, "%s", path) < (int)sizeof ring->path - 16;
}

void
dcc_ring_close(DccRing *ring)
{
    if (ring->fd >= 0)
        close(ring->fd);
    ring->fd = -1;
}

static bool
is_ours(const struct stat *st)
{
    /* More than one link: our log was made a second name of something else. */
    return S_ISREG(st->st_mode) && st->st_uid == geteuid() && st->st_nlink == 1;
}

static bool
open_log(DccRing *ring, struct stat *st)
{
    int flags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;

    ring->fd = open(ring->path, flags);
    if (ring->fd < 0 && errno == ENOENT)
        ring->fd = open(ring->path, flags | O_CREAT | O_EXCL, 0600);
    if (ring->fd < 0)
        return false;
    if (fstat(ring->fd, st) == 0 && is_ours(st))
        return true;
    dcc_ring_close(ring);
    errno = EPERM;
    return false;
}

/* The file we write to may have been deleted: then it is to be made anew, or a deleted one
 * grows unseen. */
static bool
ensure_open(DccRing *ring, struct stat *st)
{
    if (ring->fd >= 0 && fstat(ring->fd, st) == 0 && st->st_nlink > 0)
        return true;
    dcc_ring_close(ring);
    return open_log(ring, st);
}

static bool
name_of(const DccRing *ring, int i, char *name, size_t size)
{
    int n = i == 0 ? snprintf(name, size, "%s", ring->path)
                   : snprintf(name, size, "%s.%d", ring->path, i);

    return n > 0 && (size_t)n < size;
}

static void
rotate(DccRing *ring)
{
    char from[PATH_MAX];
    char to[PATH_MAX];

    dcc_ring_close(ring);
    for (int i = ring->files - 1; i > 0; i--)
        if (name_of(ring, i - 1, from, sizeof from) && name_of(ring, i, to, sizeof to))
            rename(from, to);
    if (ring->files == 1)
        unlink(ring->path);
}

/* memrchr() is not everywhere. NULL: no line ends there. */
static const char *
find_last_line_end(const char *data, size_t n)
{
    while (n > 0)
        if (data[--n] == '\n')
            return data + n;
    return NULL;
}

/* How much of the data belongs in this file: whole lines where that can be had. */
static size_t
fitting(const DccRing *ring, const char *data, size_t n, int64_t size)
{
    int64_t room = ring->limit - size;
    const char *end;

    if (ring->limit == 0 || (int64_t)n <= room)
        return n;
    if (room <= 0)
        return 0;
    end = find_last_line_end(data, (size_t)room);
    if (end != NULL)
        return (size_t)(end - data) + 1;
    /* A line longer than a whole file is cut; another waits for the next file. */
    return size == 0 ? (size_t)room : 0;
}

static bool
write_all(DccRing *ring, const char *data, size_t n, size_t *done)
{
    while (*done < n) {
        ssize_t written = write(ring->fd, data + *done, n - *done);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) {
            ring->error = written < 0 ? errno : EIO;
            return false;
        }
        *done += (size_t)written;
    }
    ring->error = 0;
    return true;
}

/* Says in the log itself that something is missing here. */
static void
confess(DccRing *ring)
{
    char text[96];
    size_t done = 0;
    int n;

    if (ring->unmarked == 0)
        return;
    n = snprintf(text,
                 sizeof text,
                 "\n[dcchost: %lld bytes of output could not be kept here]\n",
                 (long long)ring->unmarked);
    if (write_all(ring, text, (size_t)n, &done))
        ring->unmarked = 0;
}

static void
drop(DccRing *ring, size_t n)
{
    ring->dropped += (int64_t)n;
    ring->unmarked += (int64_t)n;
}

void
dcc_ring_write(DccRing *ring, const char *data, size_t n)
{
    /* Rotation cannot free a place when renaming fails: the second try in a row gives up. */
    for (int barren = 0; n > 0 && barren < 2;) {
        struct stat st;
        size_t take;
        size_t done = 0;

        if (!ensure_open(ring, &st)) {
            ring->error = errno;
            break;
        }
        take = fitting(ring, data, n, st.st_size);
        if (take == 0) {
            rotate(ring);
            barren++;
            continue;
        }
        barren = 0;
        confess(ring);
        if (!write_all(ring, data, take, &done)) {
            drop(ring, take - done);
        }
        data += take;
        n -= take;
    }
    drop(ring, n);
}

int64_t
dcc_ring_pipe_size(int pipe_fd)
{
    int size = -1;

#ifdef F_GETPIPE_SZ
    size = fcntl(pipe_fd, F_GETPIPE_SZ);
#endif
    return size > 0 ? size : 65536;
}

int64_t
dcc_ring_drain(DccRing *ring, int pipe_fd, int64_t limit, bool all)
{
    static char buffer[128 * 1024];
    int64_t moved = 0;

    while (moved < limit) {
        ssize_t n = read(pipe_fd, buffer, sizeof buffer);

        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0)
            return moved > 0 ? moved : -1;
        if (n < 0)
            return moved;
        dcc_ring_write(ring, buffer, (size_t)n);
        moved += n;
        /* The pipe was empty then. A pipe in packet mode gives less each time. */
        if (!all && n < (ssize_t)sizeof buffer)
            break;
    }
    return moved;
}
