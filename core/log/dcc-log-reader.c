/* Reading a log that grows; see the header.
 *
 * Problem: a log turns over, is cut or deleted while it is read, and the receiver of a line
 * may want no more. Contract: a file is read to its end before its successor is begun, and in
 * pieces, so that a flood cannot starve the main loop; after the reader's last reference is dropped
 * no line is given, also from within the one that is being heard.
 *
 * Threading: the thread-default main context at the time it is made. */
#include "dcc-log-reader.h"
#include "dcc-fds.h"
#include "dcc-lines.h"
#include "dcc-log-ring.h"
#include "dcc-log-watch.h"
#include "dcc-source.h"

#include <sys/stat.h>
#include <unistd.h>

#define CHUNK           (64 * 1024)
#define CHUNKS_PER_TURN 4
/* A drain is to end even if the writer is as fast as we are. */
#define CHUNKS_PER_DRAIN 4096

/* Outlives the object while lines are being given. */
typedef struct {
    char *path;
    DccLineFunc func;
    gpointer data;
    int fd;
    gint64 position; /* in the file now open */
    gint64 total;
    guint64 mark; /* what was the ring's past when there was no log yet */
    DccLines lines;
    DccLogWatch *watch; /* NULL: dcc_log_reader_look() says when to look */
    GMainContext *context;
    GSource *more;
    gboolean closed;
} Reading;

struct _DccLogReader {
    GObject parent_instance;
    Reading *reading;
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
clear(gpointer data)
{
    Reading *self = data;

    dcc_lines_clear(&self->lines);
    g_main_context_unref(self->context);
    g_free(self->path);
}

static void
release(Reading *self)
{
    g_rc_box_release_full(self, clear);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Reading, release)

static void
dcc_log_reader_dispose(GObject *object)
{
    Reading *self = DCC_LOG_READER(object)->reading;

    self->closed = TRUE;
    g_clear_pointer(&self->watch, dcc_log_watch_free);
    dcc_source_clear(&self->more);
    clear_fd(&self->fd);
    G_OBJECT_CLASS(dcc_log_reader_parent_class)->dispose(object);
}

static void
dcc_log_reader_finalize(GObject *object)
{
    release(DCC_LOG_READER(object)->reading);
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
    Reading *reading = g_rc_box_new0(Reading);

    reading->fd = -1;
    reading->context = g_main_context_ref_thread_default();
    dcc_lines_init(&reading->lines);
    self->reading = reading;
}

static void
give(Reading *self, char *line)
{
    g_autofree char *owned = line;

    if (line != NULL && !self->closed)
        self->func(line, self->data);
}

static void
split(Reading *self, const char *bytes, gsize n)
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
read_chunk(Reading *self)
{
    char buffer[CHUNK];
    struct stat st;
    gssize n;

    if (self->fd < 0)
        return 0;
    n = dcc_fds_read_at(self->fd, self->position, buffer, sizeof buffer);
    if (n > 0) {
        split(self, buffer, (gsize)n);
        return n;
    }
    /* It was cut: what comes now is written from its beginning. */
    if (n == 0 && fstat(self->fd, &st) == 0 && st.st_size < self->position) {
        self->position = 0;
        return st.st_size > 0 ? 1 : 0;
    }
    return 0;
}

/* FALSE: there is no further file. */
static gboolean
go_on(Reading *self)
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
pump(Reading *self, guint chunks)
{
    while (chunks-- > 0 && !self->closed)
        if (read_chunk(self) == 0 && !self->closed && !go_on(self))
            return FALSE;
    return !self->closed;
}

static gboolean
on_more(gpointer data)
{
    g_autoptr(Reading) self = g_rc_box_acquire(data);

    if (pump(self, CHUNKS_PER_TURN))
        return G_SOURCE_CONTINUE;
    dcc_source_clear(&self->more);
    return G_SOURCE_REMOVE;
}

static void
read_later(Reading *self)
{
    self->more = g_idle_source_new();
    /* Not idle's own: a busy main loop would never come to it. */
    g_source_set_priority(self->more, G_PRIORITY_DEFAULT);
    g_source_set_callback(self->more, on_more, self, NULL);
    g_source_attach(self->more, self->context);
}

static void
look(gpointer data)
{
    g_autoptr(Reading) self = g_rc_box_acquire(data);

    if (self->more == NULL && pump(self, CHUNKS_PER_TURN))
        read_later(self);
}

static void
begin(Reading *self, gint64 offset)
{
    struct stat st;

    self->mark = dcc_log_ring_mark(self->path);
    self->fd = dcc_log_ring_open(self->path, 0);
    if (self->fd < 0 || fstat(self->fd, &st) != 0)
        return;
    self->position = offset < 0 ? st.st_size : offset > st.st_size ? 0 : offset;
}

static DccLogReader *
make(const char *path, DccLineFunc func, gpointer data)
{
    DccLogReader *self = g_object_new(DCC_TYPE_LOG_READER, NULL);

    self->reading->path = g_strdup(path);
    self->reading->func = func;
    self->reading->data = data;
    return self;
}

/**
 * dcc_log_reader_new:
 * @path: the log, absolute; neither it nor its directory need exist
 * @offset: where to begin in the file as it is now, in bytes; -1 at its end
 * @func: (scope forever): called with each line, from the main loop
 * @data: for @func
 *
 * Reads the log at @path through rotation, truncation and deletion: at first what there is, and
 * more whenever dcc_log_reader_look() is called. It watches nothing and wakes nothing.
 *
 * Returns: (transfer full): the reader
 * Since: 1.0
 */
DccLogReader *
dcc_log_reader_new(const char *path, gint64 offset, DccLineFunc func, gpointer data)
{
    DccLogReader *self = make(path, func, data);

    begin(self->reading, offset);
    read_later(self->reading);
    return self;
}

/**
 * dcc_log_reader_follow:
 * @path: the log, absolute; it need not exist, its directory must
 * @offset: where to begin in the file as it is now, in bytes; -1 at its end
 * @func: (scope forever): called with each line, from the main loop
 * @data: for @func
 * @error: `DCC_ERROR_NOT_FOUND` when the directory is missing
 *
 * As dcc_log_reader_new(), and notices by itself when there is more: by inotify, or where no
 * inotify instance can be had (128 a user is a usual limit) by looking five times a second.
 *
 * Returns: (transfer full) (nullable): the reader, or %NULL with @error set
 * Since: 1.0
 */
DccLogReader *
dcc_log_reader_follow(
    const char *path, gint64 offset, DccLineFunc func, gpointer data, GError **error)
{
    g_autoptr(DccLogReader) self = make(path, func, data);

    /* Watched before it is opened, or what happens in between would be missed. */
    self->reading->watch = dcc_log_watch_new(path, look, self->reading, error);
    if (self->reading->watch == NULL)
        return NULL;
    begin(self->reading, offset);
    read_later(self->reading);
    return g_steal_pointer(&self);
}

/**
 * dcc_log_reader_look:
 * @self: the reader
 *
 * There may be more in the log: what there is is read, a first piece at once and the rest from the
 * main loop, so that a flood leaves others their turn. The last reference may be dropped from
 * within a line.
 *
 * Since: 1.0
 */
void
dcc_log_reader_look(DccLogReader *self)
{
    g_return_if_fail(DCC_IS_LOG_READER(self));
    look(self->reading);
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
    g_autoptr(Reading) reading = NULL;

    g_return_if_fail(DCC_IS_LOG_READER(self));
    reading = g_rc_box_acquire(self->reading);
    pump(reading, CHUNKS_PER_DRAIN);
    if (flush && !reading->closed)
        give(reading, dcc_lines_flush(&reading->lines));
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
    return self->reading->total;
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
    return MAX(self->reading->position - (gint64)self->reading->lines.pending, 0);
}
