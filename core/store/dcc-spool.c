/* Lines on their way to the state directory. */
#include "dcc-spool.h"

#include "dcc-file-facts.h"
#include "dcc-file-open.h"
#include "dcc-store-file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* As much as a state directory that takes nothing may cost of a runtime directory in memory. */
#define MAX_BYTES (4 * 1024 * 1024)

struct _DccSpool {
    gatomicrefcount refs;
    GMutex mutex;
    char *path;
    int fd; /* -1: none */
    guint on_their_way;
    gboolean kept; /* some did not arrive: what is here stays for the next one that opens it */
};

static void
free_line(gpointer data)
{
    DccSpoolLine *line = data;

    g_free(line->line);
    g_free(line);
}

GPtrArray *
dcc_spool_read(const char *path)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(free_line);
    g_autofree char *text = NULL;
    g_auto(GStrv) parts = NULL;
    gsize length = 0;

    if (!dcc_store_file_read(path, &text, &length))
        return lines;
    parts = g_strsplit(text, "\n", -1);
    for (guint i = 0; parts[i] != NULL && parts[i + 1] != NULL; i++) { /* the last one is torn */
        DccSpoolLine *line;

        if (parts[i][0] == '\0' || parts[i][1] != ' ')
            continue;
        line = g_new0(DccSpoolLine, 1);
        line->kind = parts[i][0];
        line->line = g_strdup(parts[i] + 2);
        g_ptr_array_add(lines, line);
    }
    return lines;
}

DccSpool *
dcc_spool_open(const char *path, GPtrArray **left)
{
    DccSpool *self = g_new0(DccSpool, 1);

    g_atomic_ref_count_init(&self->refs);
    g_mutex_init(&self->mutex);
    self->path = g_strdup(path);
    *left = dcc_spool_read(path);
    self->on_their_way = (*left)->len;
    self->fd = dcc_file_open_to_append(path);
    return self;
}

DccSpool *
dcc_spool_ref(DccSpool *self)
{
    g_atomic_ref_count_inc(&self->refs);
    return self;
}

void
dcc_spool_unref(DccSpool *self)
{
    if (!g_atomic_ref_count_dec(&self->refs))
        return;
    if (self->fd >= 0)
        close(self->fd);
    g_mutex_clear(&self->mutex);
    g_free(self->path);
    g_free(self);
}

/* The runtime directory may have been taken away and made anew. */
static void
follow(DccSpool *self)
{
    DccFileFacts mine, there;

    if (self->fd >= 0 && dcc_file_facts_read_open(self->fd, &mine) &&
        dcc_file_facts_read(self->path, &there) && mine.inode == there.inode)
        return;
    if (self->fd >= 0)
        close(self->fd);
    self->fd = dcc_file_open_to_append(self->path);
}

/* Whole or not at all: half a line would take the next one with it. */
static void
append(int fd, const char *text)
{
    off_t size = lseek(fd, 0, SEEK_END);

    if (size < 0 || size > MAX_BYTES || write(fd, text, strlen(text)) == (gssize)strlen(text))
        return;
    if (ftruncate(fd, size) != 0)
        g_debug("half a line stays in the spool: %s", g_strerror(errno));
}

void
dcc_spool_add(DccSpool *self, char kind, const char *line)
{
    g_autofree char *text = g_strdup_printf("%c %s\n", kind, line);

    g_mutex_lock(&self->mutex);
    follow(self);
    self->on_their_way++;
    if (self->fd >= 0)
        append(self->fd, text);
    g_mutex_unlock(&self->mutex);
}

void
dcc_spool_settle(DccSpool *self, gboolean arrived)
{
    g_mutex_lock(&self->mutex);
    self->on_their_way--;
    self->kept = self->kept || !arrived;
    if (self->on_their_way == 0 && !self->kept && self->fd >= 0 && ftruncate(self->fd, 0) != 0)
        g_debug("cannot empty %s: %s", self->path, g_strerror(errno));
    g_mutex_unlock(&self->mutex);
}
