/* Losses by a kqueue for each directory; see the header. Compiled and linked for macOS, never run. */
#include "dcc-dir-loss.h"

#include <fcntl.h>
#include <sys/event.h>
#include <unistd.h>

typedef struct {
    GSource source;
    int dir_fd;
    int queue;
} LossSource;

/* It needs no signal here. */
void
dcc_dir_loss_claim(void)
{
}

static gboolean
dispatch(GSource *source, GSourceFunc func, gpointer data)
{
    const struct timespec at_once = {0, 0};
    struct kevent event;

    while (kevent(((LossSource *)source)->queue, NULL, 0, &event, 1, &at_once) > 0) {
    }
    return func != NULL ? func(data) : G_SOURCE_CONTINUE;
}

static void
finalize(GSource *source)
{
    LossSource *self = (LossSource *)source;

    if (self->dir_fd >= 0)
        close(self->dir_fd);
    if (self->queue >= 0)
        close(self->queue);
}

static GSourceFuncs source_funcs = {.dispatch = dispatch, .finalize = finalize};

/* A directory is written to when something in it gets a name or loses it. */
static gboolean
watch(LossSource *self, const char *dir)
{
    struct kevent change;

    self->queue = kqueue();
    self->dir_fd = open(dir, O_EVTONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (self->queue < 0 || self->dir_fd < 0)
        return FALSE;
    fcntl(self->queue, F_SETFD, FD_CLOEXEC);
    EV_SET(&change,
           (uintptr_t)self->dir_fd,
           EVFILT_VNODE,
           EV_ADD | EV_CLEAR,
           NOTE_WRITE | NOTE_DELETE | NOTE_RENAME,
           0,
           NULL);
    return kevent(self->queue, &change, 1, NULL, 0, NULL) == 0;
}

GSource *
dcc_dir_loss_source_new(const char *dir)
{
    LossSource *self = (LossSource *)g_source_new(&source_funcs, sizeof(LossSource));

    self->dir_fd = self->queue = -1;
    if (!watch(self, dir)) {
        g_source_unref(&self->source);
        return NULL;
    }
    g_source_set_name(&self->source, "dcc-dir-loss");
    g_source_add_unix_fd(&self->source, self->queue, G_IO_IN);
    return &self->source;
}
