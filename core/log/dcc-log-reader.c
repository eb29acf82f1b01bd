/* Following a log; see the header.
 *
 * A change in the log's directory says when to look. A file is read to its end before its successor
 * is begun, and in pieces, so that a flood cannot starve the main loop.
 *
 * Threading: the thread-default main context at the time it is made. */
#include "dcc-log-reader.h"
#include "dcc-dir-watch.h"
#include "dcc-lines.h"
#include "dcc-log-ring.h"
#include "dcc-source.h"

#include <sys/stat.h>
#include <unistd.h>

#define CHUNK           (64 * 1024)
#define CHUNKS_PER_TURN 4
/* A drain is to end even if the writer is as fast as we are. */
#define CHUNKS_PER_DRAIN 4096

struct _DccLogReader {
    GObject parent_instance;

    char *path;
    DccLineFunc func;
    gpointer data;
    int fd;
    gint64 position; /* in the file now open */
    gint64 total;
    guint64 mark; /* what was the ring's past when there was no log yet */
    DccLines lines;
    GSource *source;
    GSource *more;
    gboolean closed;
};

G_DEFINE_TYPE(DccLogReader, dcc_log_reader, G_TYPE_OBJECT)

static void
clear_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void
dcc_log_reader_dispose(GObject *object)
{
    DccLogReader *self = DCC_LOG_READER(object);

    self->closed = TRUE;
    dcc_source_clear(&self->source);
    dcc_source_clear(&self->more);
    clear_fd(&self->fd);
    G_OBJECT_CLASS(dcc_log_reader_parent_class)->dispose(object);
}

static void
dcc_log_reader_finalize(GObject *object)
{
    DccLogReader *self = DCC_LOG_READER(object);

    dcc_lines_clear(&self->lines);
    g_free(self->path);
    G_OBJECT_CLASS(dcc_log_reader_parent_class)->finalize(object);
}

static void
dcc_log_reader_class_init(DccLogReaderClass *class)
{
    GObjectClass *object_class = G_OBJECT_CLASS(class);

    object_class->dispose = dcc_log_reader_dispose;
    object_class->finalize = dcc_log_reader_finalize;
}

static void
dcc_log_reader_init(DccLogReader *self)
{
    self->fd = -1;
    dcc_lines_init(&self->lines);
}

static void
give(DccLogReader *self, char *line)
{
    g_autofree char *owned = line;

    if (line == NULL || self->closed)
        return;
    self->func(line, self->data);
    /* Whoever reads on our behalf holds a reference meanwhile: when that is the last one, the
     * receiver has let go of us, and wants to hear no more. */
    if (G_OBJECT(self)->ref_count == 1)
        self->closed = TRUE;
}

static void
split(DccLogReader *self, const char *bytes, gsize n)
{
    while (n > 0 && !self->closed) {
        char *line;
        gsize taken = dcc_lines_take(&self->lines, bytes, n, &line);

        bytes += taken;
        n -= taken;
        self->position += (gint64)taken;
        self->total += (gint64)taken;
        give(self, line);
    }
}

/* Bytes read from the file now open; 0 at its end. */
static gssize
read_chunk(DccLogReader *self)
{
    char buffer[CHUNK];
    struct stat st;
    gssize n;

    if (self->fd < 0)
        return 0;
    n = pread(self->fd, buffer, sizeof buffer, self->position);
    if (n > 0) {
        split(self, buffer, (gsize)n);
        return n;
    }
    /* Somebody cut it: what comes now is written from its beginning. */
    if (n == 0 && fstat(self->fd, &st) == 0 && st.st_size < self->position) {
        self->position = 0;
        return st.st_size > 0 ? 1 : 0;
    }
    return 0;
}

/* FALSE: there is no further file. */
static gboolean
go_on(DccLogReader *self)
{
    int next = self->fd < 0 ? dcc_log_ring_open_first(self->path, self->mark)
                            : dcc_log_ring_open_next(self->path, self->fd);

    if (next < 0)
        return FALSE;
    /* The last bytes may have come between our reading its end and its turning over. */
    while (!self->closed && read_chunk(self) > 0) {
    }
    clear_fd(&self->fd);
    if (self->closed) {
        close(next);
        return FALSE;
    }
    self->fd = next;
    self->position = 0;
    return TRUE;
}

/* TRUE: there may be more. */
static gboolean
pump(DccLogReader *self, guint chunks)
{
    while (chunks-- > 0 && !self->closed)
        if (read_chunk(self) == 0 && !self->closed && !go_on(self))
            return FALSE;
    return !self->closed;
}

static gboolean
on_more(gpointer data)
{
    g_autoptr(DccLogReader) self = g_object_ref(data);

    if (pump(self, CHUNKS_PER_TURN))
        return G_SOURCE_CONTINUE;
    dcc_source_clear(&self->more);
    return G_SOURCE_REMOVE;
}

static void
read_later(DccLogReader *self, GSourceFunc func)
{
    self->more = g_idle_source_new();
    /* Not idle's own: a busy main loop would never come to it. */
    g_source_set_priority(self->more, G_PRIORITY_DEFAULT);
    g_source_set_callback(self->more, func, self, NULL);
    g_source_attach(self->more, g_source_get_context(self->source));
}

static void
read_on(DccLogReader *self)
{
    if (self->more == NULL && pump(self, CHUNKS_PER_TURN))
        read_later(self, on_more);
}

static gboolean
on_change(gpointer data)
{
    g_autoptr(DccLogReader) self = g_object_ref(data);

    read_on(self);
    return G_SOURCE_CONTINUE;
}

static gboolean
watch(DccLogReader *self, GError **error)
{
    g_autofree char *dir = g_path_get_dirname(self->path);
    GSource *source = dcc_dir_watch_source_new(dir, error);

    if (source != NULL)
        self->source = dcc_source_attach(source, on_change, self);
    return source != NULL;
}

static void
begin(DccLogReader *self, gint64 offset)
{
    struct stat st;

    self->mark = dcc_log_ring_mark(self->path);
    self->fd = dcc_log_ring_open(self->path, 0);
    if (self->fd < 0 || fstat(self->fd, &st) != 0)
        return;
    self->position = offset < 0 ? st.st_size : offset > st.st_size ? 0 : offset;
}

static gboolean
on_first(gpointer data)
{
    g_autoptr(DccLogReader) self = g_object_ref(data); /* who hears a line may let go of us */

    dcc_source_clear(&self->more);
    read_on(self);
    return G_SOURCE_REMOVE;
}

/**
 * dcc_log_reader_new:
 * @path: the log, absolute; it need not exist, its directory must
 * @offset: where to begin in the file as it is now, in bytes; -1 at its end
 * @func: (scope forever): called with each line, from the main loop
 * @data: for @func
 * @error: NOT_FOUND when the directory is missing, FAILED when it cannot be watched
 *
 * Follows the log at @path through rotation, truncation and deletion.
 *
 * Returns: (transfer full) (nullable): the reader, or %NULL with @error set
 * Since: 1.0
 */
DccLogReader *
dcc_log_reader_new(const char *path, gint64 offset, DccLineFunc func, gpointer data, GError **error)
{
    g_autoptr(DccLogReader) self = g_object_new(DCC_TYPE_LOG_READER, NULL);

    self->path = g_strdup(path);
    self->func = func;
    self->data = data;
    /* Watched before it is opened, or what happens in between would be missed. */
    if (!watch(self, error))
        return NULL;
    begin(self, offset);
    read_later(self, on_first);
    return g_steal_pointer(&self);
}

/**
 * dcc_log_reader_drain:
 * @self: the reader
 * @flush: whether a last line without its end counts as a line
 *
 * Reads what is there now without waiting for the main loop.
 *
 * Since: 1.0
 */
void
dcc_log_reader_drain(DccLogReader *self, gboolean flush)
{
    g_return_if_fail(DCC_IS_LOG_READER(self));
    g_object_ref(self);
    pump(self, CHUNKS_PER_DRAIN);
    if (flush && !self->closed)
        give(self, dcc_lines_flush(&self->lines));
    g_object_unref(self);
}

/**
 * dcc_log_reader_get_total:
 * @self: the reader
 *
 * Returns: the bytes read so far, over all files of the ring
 * Since: 1.0
 */
gint64
dcc_log_reader_get_total(DccLogReader *self)
{
    g_return_val_if_fail(DCC_IS_LOG_READER(self), 0);
    return self->total;
}

/**
 * dcc_log_reader_get_offset:
 * @self: the reader
 *
 * Where a later reader is to begin to see each line once: the beginning of a line that has no end
 * yet is not passed over.
 *
 * Returns: a position in the file now open, in bytes
 * Since: 1.0
 */
gint64
dcc_log_reader_get_offset(DccLogReader *self)
{
    g_return_val_if_fail(DCC_IS_LOG_READER(self), 0);
    return MAX(self->position - (gint64)self->lines.pending, 0);
}
