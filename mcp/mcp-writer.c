/* What goes out.
 *
 * Problem: a client that does not read must cost neither memory nor the others' answers, and a pipe
 * that is full makes whoever writes wait. So one thread writes, what waits for it is bounded, and
 * whoever has more to say waits for room: the reader as well, which then takes no further request.
 * A client that takes nothing at all for a long time counts as gone. Threading: any thread; the
 * writer lives as long as the process.
 */
#include "mcp-writer.h"

#include "dcc-bytes.h"
#include "dcc-json.h"
#include <string.h>

struct _McpWriter {
    int fd;
    gsize max;
    gint64 patience_us;
    GMutex mutex;
    GCond changed;
    GQueue lines;  /* of GBytes */
    gsize waiting; /* bytes */
    gint64 taken;  /* monotonic microseconds: when something was last taken */
    gboolean gone;
};

/* In pieces, so that a client that takes little by little is seen to. */
#define PIECE 4096

static gboolean
write_line(McpWriter *self, GBytes *line)
{
    gsize size;
    const char *bytes = g_bytes_get_data(line, &size);

    for (gsize at = 0; at < size; at += PIECE) {
        gsize n = MIN(PIECE, size - at);
        gboolean written = dcc_bytes_write(self->fd, bytes + at, n);

        g_mutex_lock(&self->mutex);
        self->waiting -= n;
        self->taken = g_get_monotonic_time();
        self->gone = self->gone || !written;
        g_cond_broadcast(&self->changed);
        g_mutex_unlock(&self->mutex);
        if (!written)
            return FALSE;
    }
    return TRUE;
}

static gpointer
run(gpointer data)
{
    McpWriter *self = data;
    gboolean there = TRUE;

    while (there) {
        g_autoptr(GBytes) line = NULL;

        g_mutex_lock(&self->mutex);
        while (g_queue_is_empty(&self->lines))
            g_cond_wait(&self->changed, &self->mutex);
        line = g_queue_pop_head(&self->lines);
        g_mutex_unlock(&self->mutex);
        there = write_line(self, line);
    }
    return NULL;
}

McpWriter *
mcp_writer_new(int fd, gsize max, gint64 patience_ms)
{
    McpWriter *self = g_new0(McpWriter, 1);

    self->fd = fd;
    self->max = max;
    self->patience_us = patience_ms * 1000;
    g_mutex_init(&self->mutex);
    g_cond_init(&self->changed);
    g_queue_init(&self->lines);
    self->taken = g_get_monotonic_time();
    g_thread_unref(g_thread_new("mcp-writer", run, self));
    return self;
}

/* Consumes message. */
static GBytes *
make_line(JsonObject *message)
{
    g_autofree char *text = dcc_json_to_line(message);
    gsize length = strlen(text);

    json_object_unref(message);
    text[length] = '\n'; /* in the place of the end */
    return g_bytes_new_take(g_steal_pointer(&text), length + 1);
}

static void
push(McpWriter *self, GBytes *line)
{
    if (self->waiting == 0)
        self->taken = g_get_monotonic_time();
    self->waiting += g_bytes_get_size(line);
    g_queue_push_tail(&self->lines, g_bytes_ref(line));
    g_cond_broadcast(&self->changed);
}

gboolean
mcp_writer_put(McpWriter *self, JsonObject *message)
{
    g_autoptr(GBytes) line = make_line(message);
    gboolean there;

    g_mutex_lock(&self->mutex);
    while (!self->gone && self->waiting > self->max)
        if (!g_cond_wait_until(&self->changed, &self->mutex, self->taken + self->patience_us))
            self->gone = g_get_monotonic_time() >= self->taken + self->patience_us;
    there = !self->gone;
    if (there)
        push(self, line);
    g_mutex_unlock(&self->mutex);
    return there;
}

void
mcp_writer_offer(McpWriter *self, JsonObject *message)
{
    g_autoptr(GBytes) line = make_line(message);

    g_mutex_lock(&self->mutex);
    if (!self->gone && self->waiting < self->max / 4)
        push(self, line);
    g_mutex_unlock(&self->mutex);
}

gboolean
mcp_writer_flush(McpWriter *self, gint64 timeout_ms)
{
    gint64 until = g_get_monotonic_time() + timeout_ms * 1000;
    gboolean flushed;

    g_mutex_lock(&self->mutex);
    while (self->waiting > 0 && !self->gone)
        if (!g_cond_wait_until(&self->changed, &self->mutex, until))
            break;
    flushed = self->waiting == 0;
    g_mutex_unlock(&self->mutex);
    return flushed;
}
