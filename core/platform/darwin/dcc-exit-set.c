/* Ends of processes: one kqueue for the kqueues that stand for them, and an event of ours with number 0.
 *
 * Compiled and linked for macOS, never run. Threading: any; the kernel takes care. */
#include "dcc-exit-set.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/event.h>
#include <unistd.h>

#define EVENTS_PER_WAIT 256

struct _DccExitSet {
    int queue;
};

DccExitSet *
dcc_exit_set_new(GError **error)
{
    DccExitSet *self = g_new(DccExitSet, 1);
    struct kevent change;

    self->queue = kqueue();
    EV_SET(&change, 0, EVFILT_USER, EV_ADD | EV_CLEAR, 0, 0, NULL);
    if (self->queue >= 0 && fcntl(self->queue, F_SETFD, FD_CLOEXEC) == 0 &&
        kevent(self->queue, &change, 1, NULL, 0, NULL) == 0)
        return self;
    g_set_error(
        error, DCC_ERROR, DCC_ERROR_FAILED, "cannot watch processes: %s", g_strerror(errno));
    dcc_exit_set_free(self);
    return NULL;
}

void
dcc_exit_set_free(DccExitSet *self)
{
    if (self == NULL)
        return;
    if (self->queue >= 0)
        close(self->queue);
    g_free(self);
}

gboolean
dcc_exit_set_add(DccExitSet *self, DccProcessRef process, guint number)
{
    struct kevent change;

    EV_SET(&change, (uintptr_t)process, EVFILT_READ, EV_ADD, 0, 0, GUINT_TO_POINTER(number));
    return kevent(self->queue, &change, 1, NULL, 0, NULL) == 0;
}

void
dcc_exit_set_remove(DccExitSet *self, DccProcessRef process)
{
    struct kevent change;

    EV_SET(&change, (uintptr_t)process, EVFILT_READ, EV_DELETE, 0, 0, NULL);
    kevent(self->queue, &change, 1, NULL, 0, NULL);
}

void
dcc_exit_set_wake(DccExitSet *self)
{
    struct kevent change;

    EV_SET(&change, 0, EVFILT_USER, 0, NOTE_TRIGGER, 0, NULL);
    kevent(self->queue, &change, 1, NULL, 0, NULL);
}

guint
dcc_exit_set_wait(DccExitSet *self, guint *numbers, guint room, int timeout_ms)
{
    const struct timespec limit = {timeout_ms / 1000, (long)(timeout_ms % 1000) * 1000000};
    struct kevent events[EVENTS_PER_WAIT];
    int n = kevent(self->queue,
                   NULL,
                   0,
                   events,
                   (int)MIN(room, EVENTS_PER_WAIT),
                   timeout_ms < 0 ? NULL : &limit);
    guint n_ended = 0;

    for (int i = 0; i < n; i++)
        if (events[i].filter == EVFILT_READ)
            numbers[n_ended++] = GPOINTER_TO_UINT(events[i].udata);
    return n_ended;
}

void
dcc_exit_set_add_to_source(DccExitSet *self, GSource *source)
{
    g_source_add_unix_fd(source, self->queue, G_IO_IN);
}
