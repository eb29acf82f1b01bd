/* Watching a directory: inotify.
 *
 * Threading: the thread of the main context it is attached to. */
#include "dcc-dir-watch.h"

#include <errno.h>
#include <sys/inotify.h>
#include <unistd.h>

typedef struct {
    GSource source;
    int fd;
} DirSource;

static gboolean
dispatch(GSource *source, GSourceFunc func, gpointer data)
{
    _Alignas(struct inotify_event) char buffer[4096];

    while (read(((DirSource *)source)->fd, buffer, sizeof buffer) > 0) {
    }
    return func != NULL ? func(data) : G_SOURCE_CONTINUE;
}

static void
finalize(GSource *source)
{
    int fd = ((DirSource *)source)->fd;

    if (fd >= 0)
        close(fd);
}

static GSourceFuncs source_funcs = {.dispatch = dispatch, .finalize = finalize};

GSource *
dcc_dir_watch_source_new(const char *dir, GError **error)
{
    const guint32 mask = IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM;
    GSource *source = g_source_new(&source_funcs, sizeof(DirSource));
    int fd = ((DirSource *)source)->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

    if (fd >= 0 && inotify_add_watch(fd, dir, mask) >= 0) {
        g_source_set_name(source, "dcc-dir-watch");
        g_source_add_unix_fd(source, fd, G_IO_IN);
        return source;
    }
    g_set_error(error,
                DCC_ERROR,
                errno == ENOENT ? DCC_ERROR_NOT_FOUND : DCC_ERROR_FAILED,
                "cannot watch %s: %s",
                dir,
                errno == ENOSPC   ? "too many inotify watches; raise fs.inotify.max_user_watches"
                : errno == EMFILE ? "too many inotify instances or descriptors; raise "
                                    "fs.inotify.max_user_instances or 'ulimit -n'"
                                  : g_strerror(errno));
    g_source_unref(source);
    return NULL;
}
