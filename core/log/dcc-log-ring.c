/* A log ring for readers; see the header. It may turn while we look: every answer is checked
 * afterwards. */
#include "dcc-log-ring.h"

#include "dcc-file-facts.h"
#include "dcc-file-open.h"

#include <glib/gstdio.h>
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
    int fd = dcc_file_open_to_read(name);
    DccFileFacts facts;

    if (fd >= 0 && (!dcc_file_facts_read_open(fd, &facts) || facts.kind != DCC_FILE_REGULAR)) {
        close(fd);
        return -1;
    }
    return fd;
}

static gboolean
is_at(const char *path, guint i, const DccFileFacts *wanted)
{
    g_autofree char *name = name_of(path, i);
    DccFileFacts facts;

    return dcc_file_facts_read(name, &facts) && facts.device == wanted->device &&
           facts.inode == wanted->inode;
}

static gboolean
exists(const char *path, guint i)
{
    g_autofree char *name = name_of(path, i);

    return g_access(name, F_OK) == 0;
}

/* Where the file is in the ring; one past the oldest when it has fallen out. */
static guint
find(const char *path, const DccFileFacts *wanted)
{
    guint i = 0;

    while (i < MAX_FILES && !is_at(path, i, wanted) && (i == 0 || exists(path, i)))
        i++;
    return i;
}

int
dcc_log_ring_open_next(const char *path, int fd)
{
    DccFileFacts facts;

    if (!dcc_file_facts_read_open(fd, &facts))
        return -1;
    for (int attempt = 0; attempt < 10; attempt++) {
        guint i = find(path, &facts);
        int next;

        if (i == 0)
            return -1;
        next = dcc_log_ring_open(path, i - 1);
        if (find(path, &facts) == i)
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
    DccFileFacts facts;

    return dcc_file_facts_read(name, &facts) ? facts.inode : 0;
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
