/* Watching a directory: a kqueue for it and for each file in it, because a directory does not tell what is written to its
 * files. Compiled and linked for macOS, never run. Threading: the thread of the main context it is attached to. */
#include "dcc-dir-watch.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/event.h>
#include <unistd.h>

/* A descriptor each. */
#define MOST_FILES 64
#define CHANGES    (NOTE_WRITE | NOTE_EXTEND | NOTE_DELETE | NOTE_RENAME)

typedef struct {
    GSource source;
    char *dir;
    int queue;
    int dir_fd;
    GArray *files; /* descriptors */
} DirSource;

/* Takes the descriptor over. */
static gboolean
watch_fd(DirSource *self, int fd)
{
    struct kevent change;

    EV_SET(&change, (uintptr_t)fd, EVFILT_VNODE, EV_ADD | EV_CLEAR, CHANGES, 0, NULL);
    return fd >= 0 && kevent(self->queue, &change, 1, NULL, 0, NULL) == 0;
}

/* Closing a descriptor takes it out of the queue. */
static void
forget_files(DirSource *self)
{
    for (guint i = 0; i < self->files->len; i++)
        close(g_array_index(self->files, int, i));
    g_array_set_size(self->files, 0);
}

static void
watch_files(DirSource *self)
{
    g_autoptr(GDir) dir = g_dir_open(self->dir, 0, NULL);
    const char *name;

    forget_files(self);
    while (dir != NULL && self->files->len < MOST_FILES && (name = g_dir_read_name(dir)) != NULL) {
        int fd = openat(self->dir_fd, name, O_EVTONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

        if (fd < 0)
            continue;
        g_array_append_val(self->files, fd);
        watch_fd(self, fd);
    }
}

static gboolean
dispatch(GSource *source, GSourceFunc func, gpointer data)
{
    const struct timespec at_once = {0, 0};
    DirSource *self = (DirSource *)source;
    gboolean moved = FALSE;
    struct kevent event;

    while (kevent(self->queue, NULL, 0, &event, 1, &at_once) > 0)
        moved = moved || (int)event.ident == self->dir_fd;
    if (moved)
        watch_files(self);
    return func != NULL ? func(data) : G_SOURCE_CONTINUE;
}

static void
finalize(GSource *source)
{
    DirSource *self = (DirSource *)source;

    forget_files(self);
    g_array_unref(self->files);
    if (self->dir_fd >= 0)
        close(self->dir_fd);
    if (self->queue >= 0)
        close(self->queue);
    g_free(self->dir);
}

static GSourceFuncs source_funcs = {.dispatch = dispatch, .finalize = finalize};

GSource *
dcc_dir_watch_source_new(const char *dir, GError **error)
{
    GSource *source = g_source_new(&source_funcs, sizeof(DirSource));
    DirSource *self = (DirSource *)source;

    self->dir = g_strdup(dir);
    self->files = g_array_new(FALSE, FALSE, sizeof(int));
    self->queue = kqueue();
    self->dir_fd = open(dir, O_EVTONLY | O_DIRECTORY | O_CLOEXEC);
    if (self->queue >= 0 && watch_fd(self, self->dir_fd)) {
        fcntl(self->queue, F_SETFD, FD_CLOEXEC);
        watch_files(self);
        g_source_set_name(source, "dcc-dir-watch");
        g_source_add_unix_fd(source, self->queue, G_IO_IN);
        return source;
    }
    g_set_error(error,
                DCC_ERROR,
                errno == ENOENT ? DCC_ERROR_NOT_FOUND : DCC_ERROR_FAILED,
                "cannot watch %s: %s",
                dir,
                errno == EMFILE ? "too many descriptors; raise 'ulimit -n'" : g_strerror(errno));
    g_source_unref(source);
    return NULL;
}
