/* Ends of processes: one epoll descriptor for all pidfds, and an eventfd with number 0.
 *
 * Threading: any; the kernel takes care. */
#include "dcc-exit-set.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define EVENTS_PER_WAIT 256

struct _DccExitSet {
    int epoll_fd;
    int wake_fd;
};

DccExitSet *
dcc_exit_set_new(GError **error)
{
    struct epoll_event event = {.events = EPOLLIN};
    DccExitSet *self = g_new(DccExitSet, 1);

    self->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    self->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (self->epoll_fd >= 0 && self->wake_fd >= 0 &&
        epoll_ctl(self->epoll_fd, EPOLL_CTL_ADD, self->wake_fd, &event) == 0)
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
    if (self->epoll_fd >= 0)
        close(self->epoll_fd);
    if (self->wake_fd >= 0)
        close(self->wake_fd);
    g_free(self);
}

gboolean
dcc_exit_set_add(DccExitSet *self, DccProcessRef process, guint number)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = number};

    return epoll_ctl(self->epoll_fd, EPOLL_CTL_ADD, process, &event) == 0;
}

void
dcc_exit_set_remove(DccExitSet *self, DccProcessRef process)
{
    epoll_ctl(self->epoll_fd, EPOLL_CTL_DEL, process, NULL);
}

void
dcc_exit_set_wake(DccExitSet *self)
{
    const guint64 one = 1;

    /* It can only fail when it is readable already. */
    (void)!write(self->wake_fd, &one, sizeof one);
}

guint
dcc_exit_set_wait(DccExitSet *self, guint *numbers, guint room, int timeout_ms)
{
    struct epoll_event events[EVENTS_PER_WAIT];
    int n = epoll_wait(self->epoll_fd, events, (int)MIN(room, EVENTS_PER_WAIT), timeout_ms);
    guint n_ended = 0;
    guint64 count;

    for (int i = 0; i < n; i++)
        if (events[i].data.u32 != 0)
            numbers[n_ended++] = events[i].data.u32;
        else
            (void)!read(self->wake_fd, &count, sizeof count);
    return n_ended;
}

void
dcc_exit_set_add_to_source(DccExitSet *self, GSource *source)
{
    g_source_add_unix_fd(source, self->epoll_fd, G_IO_IN);
}
