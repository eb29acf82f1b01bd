/* Noticing that a log grows; see the header.
 *
 * Problem: inotify instances are few (often 128 a user) and may all be taken. Contract: inotify on
 * the log's directory where that can be had, else a look five times a second.
 *
 * Threading: the thread-default main context at the time it is made. */
#include "dcc-log-watch.h"
#include "dcc-source.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/inotify.h>
#include <unistd.h>

#define LOOK_MS 200

struct _DccLogWatch {
    void (*func)(gpointer data);
    gpointer data;
    int inotify_fd;
    GSource *source;
};

static gboolean
on_inotify(gint fd, GIOCondition condition, gpointer data)
{
    DccLogWatch *self = data;
    _Alignas(struct inotify_event) char buffer[4096];

    /* What happened is seen by looking; the events only say that something did. */
    while (read(fd, buffer, sizeof buffer) > 0) {
    }
    self->func(self->data);
    return G_SOURCE_CONTINUE;
}

static gboolean
on_look(gpointer data)
{
    DccLogWatch *self = data;

    self->func(self->data);
    return G_SOURCE_CONTINUE;
}

/* FALSE: there is no instance, or no watch of one, to be had. */
static gboolean
watch_directory(DccLogWatch *self, const char *dir)
{
    const guint32 mask = IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM;

    self->inotify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (self->inotify_fd < 0)
        return FALSE;
    if (inotify_add_watch(self->inotify_fd, dir, mask) < 0) {
        close(self->inotify_fd);
        self->inotify_fd = -1;
        return FALSE;
    }
    self->source = dcc_source_attach(
        g_unix_fd_source_new(self->inotify_fd, G_IO_IN), G_SOURCE_FUNC(on_inotify), self);
    return TRUE;
}

DccLogWatch *
dcc_log_watch_new(const char *path, void (*func)(gpointer data), gpointer data, GError **error)
{
    g_autofree char *dir = g_path_get_dirname(path);
    DccLogWatch *self;

    if (access(dir, R_OK | X_OK) != 0) {
        g_set_error(error,
                    DCC_ERROR,
                    errno == ENOENT ? DCC_ERROR_NOT_FOUND : DCC_ERROR_FAILED,
                    "cannot watch %s: %s",
                    dir,
                    g_strerror(errno));
        return NULL;
    }
    self = g_new0(DccLogWatch, 1);
    self->func = func;
    self->data = data;
    if (!watch_directory(self, dir))
        self->source = dcc_source_attach(g_timeout_source_new(LOOK_MS), on_look, self);
    return self;
}

void
dcc_log_watch_free(DccLogWatch *self)
{
    dcc_source_clear(&self->source);
    if (self->inotify_fd >= 0)
        close(self->inotify_fd);
    g_free(self);
}
