/* dcc_log_tail(): the last lines of a log ring, read from its end.
 *
 * Threading: any. Blocking. */
#include "dcc-fds.h"
#include "dcc-lines.h"
#include "dcc-log-ring.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK (64 * 1024)
/* Bounds what a log without line ends can cost. */
#define MAX_BYTES (16 * 1024 * 1024)

typedef struct {
    GPtrArray *chunks; /* GBytes, the newest first */
    gsize bytes;
    guint line_ends;
} Tail;

static void
add_chunk(Tail *tail, const char *bytes, gsize n)
{
    for (gsize i = 0; i < n; i++)
        tail->line_ends += bytes[i] == '\n';
    tail->bytes += n;
    g_ptr_array_add(tail->chunks, g_bytes_new(bytes, n));
}

/* One more than wanted: the first line of what was read is most often not whole. */
static gboolean
is_enough(const Tail *tail, guint n)
{
    return tail->line_ends > n || tail->bytes >= MAX_BYTES;
}

static void
read_backwards(Tail *tail, int fd, guint n)
{
    char buffer[CHUNK];
    struct stat st;
    gint64 end;

    if (fstat(fd, &st) != 0)
        return;
    for (end = st.st_size; end > 0 && !is_enough(tail, n);) {
        gint64 begin = MAX(end - CHUNK, 0);
        gssize got = dcc_fds_read_at(fd, begin, buffer, (gsize)(end - begin));

        if (got <= 0)
            return;
        add_chunk(tail, buffer, (gsize)got);
        end = begin;
    }
}

static char **
last_lines(const Tail *tail, guint n)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    DccLines splitter;
    char *line;

    dcc_lines_init(&splitter);
    for (guint i = tail->chunks->len; i > 0; i--) {
        gsize size;
        const char *bytes = g_bytes_get_data(g_ptr_array_index(tail->chunks, i - 1), &size);

        while (size > 0) {
            gsize taken = dcc_lines_take(&splitter, bytes, size, &line);

            if (line != NULL)
                g_ptr_array_add(lines, line);
            bytes += taken;
            size -= taken;
        }
    }
    if ((line = dcc_lines_flush(&splitter)) != NULL)
        g_ptr_array_add(lines, line);
    dcc_lines_clear(&splitter);
    if (lines->len > n)
        g_ptr_array_remove_range(lines, 0, lines->len - n);
    g_ptr_array_set_free_func(lines, NULL);
    g_ptr_array_add(lines, NULL);
    return (char **)g_ptr_array_free(lines, FALSE);
}

/**
 * dcc_log_tail:
 * @path: the newest file of the ring
 * @n: how many lines
 *
 * Returns: (transfer full) (array zero-terminated=1): at most @n lines, the oldest first; empty
 * when there is no log
 * Since: 1.0
 */
char **
dcc_log_tail(const char *path, guint n)
{
    Tail tail = {g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref), 0, 0};
    char **lines;
    int fd;

    for (guint i = 0; !is_enough(&tail, n) && (fd = dcc_log_ring_open(path, i)) >= 0; i++) {
        read_backwards(&tail, fd, n);
        close(fd);
    }
    lines = last_lines(&tail, n);
    g_ptr_array_unref(tail.chunks);
    return lines;
}
