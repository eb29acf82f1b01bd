/* A log ring for readers; see the header. It may turn while we look: every answer is checked
 * afterwards. */
#include "dcc-log-ring.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_FILES 1000

static char *
name_of(const char *path, guint i)
{
    return i == 0 ? g_strdup(path) : g_strdup_printf("%s.%u", path, i);
}

int
dcc_log_ring_open(const char *path, guint i)
{
    g_autofree char *name = name_of(path, i);
    int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat st;

    if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))) {
        close(fd);
        return -1;
    }
    return fd;
}

static gboolean
is_at(const char *path, guint i, const struct stat *wanted)
{
    g_autofree char *name = name_of(path, i);
    struct stat st;

    return lstat(name, &st) == 0 && st.st_dev == wanted->st_dev && st.st_ino == wanted->st_ino;
}

static gboolean
exists(const char *path, guint i)
{
    g_autofree char *name = name_of(path, i);

    return access(name, F_OK) == 0;
}

/* Where the file is in the ring; one past the oldest when it has fallen out. */
static guint
find(const char *path, const struct stat *wanted)
{
    guint i = 0;

    while (i < MAX_FILES && !is_at(path, i, wanted) && (i == 0 || exists(path, i)))
        i++;
    return i;
}

int
dcc_log_ring_open_next(const char *path, int fd)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return -1;
    for (int attempt = 0; attempt < 10; attempt++) {
        guint i = find(path, &st);
        int next;

        if (i == 0)
            return -1;
        next = dcc_log_ring_open(path, i - 1);
        if (find(path, &st) == i)
            return next;
        if (next >= 0)
            close(next);
    }
    return -1;
}

static guint64
inode_of(const char *path, guint i)
{
    g_autofree char *name = name_of(path, i);
    struct stat st;

    return lstat(name, &st) == 0 ? (guint64)st.st_ino : 0;
}

guint64
dcc_log_ring_mark(const char *path)
{
    return inode_of(path, 1);
}

int
dcc_log_ring_open_first(const char *path, guint64 mark)
{
    for (int attempt = 0; attempt < 10; attempt++) {
        guint64 inode = inode_of(path, 0);
        guint i = 0;
        int fd;

        if (inode == 0)
            return -1;
        for (guint64 older; (older = inode_of(path, i + 1)) != 0 && older != mark; i++)
            inode = older;
        fd = dcc_log_ring_open(path, i);
        if (inode_of(path, i) == inode)
            return fd;
        if (fd >= 0)
            close(fd);
    }
    return -1;
}
