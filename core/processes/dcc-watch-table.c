/* What a watcher watches; see the header.
 *
 * One epoll descriptor tells of all ends, and it can be added to from any thread while another one
 * waits for it, so tracking needs no errand to the watching thread.
 *
 * How a process ended is told by the first of these that knows: our own reaper; the kernel, to us
 * as its parent (a look that leaves it to be reaped by whoever started it); the kernel, to anybody,
 * from 6.15 on, once it has been reaped. For that last one it is waited half a second at most.
 *
 * Threading: the caller's lock. */
#include "dcc-watch-table.h"

#include "dcc-pidfd.h"
#include "dcc-reaper.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define WAIT_FOR_REAPING_US (500 * 1000)

static void
free_watch(gpointer data)
{
    DccWatch *watch = data;

    if (watch->pidfd >= 0)
        close(watch->pidfd);
    g_free(watch);
}

static gboolean
refuse(GError **error, const char *what)
{
    g_set_error(error, DCC_ERROR, DCC_ERROR_FAILED, "%s: %s", what, g_strerror(errno));
    return FALSE;
}

gboolean
dcc_watch_table_init(DccWatchTable *self, GError **error)
{
    struct epoll_event event = {.events = EPOLLIN};

    self->by_watch = g_hash_table_new_full(NULL, NULL, NULL, free_watch);
    self->by_pid = g_hash_table_new(NULL, NULL);
    self->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    self->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    g_queue_init(&self->ended);
    if (self->epoll_fd < 0 || self->wake_fd < 0 ||
        epoll_ctl(self->epoll_fd, EPOLL_CTL_ADD, self->wake_fd, &event) != 0)
        return refuse(error, "cannot make a watcher");
    return TRUE;
}

void
dcc_watch_table_clear(DccWatchTable *self)
{
    g_queue_clear(&self->ended);
    g_clear_pointer(&self->by_pid, g_hash_table_unref);
    g_clear_pointer(&self->by_watch, g_hash_table_unref);
    if (self->epoll_fd >= 0)
        close(self->epoll_fd);
    if (self->wake_fd >= 0)
        close(self->wake_fd);
}

DccWatch *
dcc_watch_table_find(DccWatchTable *self, gint64 pid)
{
    return pid > 0 && pid <= G_MAXINT32
               ? g_hash_table_lookup(self->by_pid, GINT_TO_POINTER((gint)pid))
               : NULL;
}

static guint
next_number(DccWatchTable *self)
{
    do
        self->last++;
    while (self->last == 0 || g_hash_table_contains(self->by_watch, GUINT_TO_POINTER(self->last)));
    return self->last;
}

DccWatch *
dcc_watch_table_add(DccWatchTable *self, gint64 pid, GError **error)
{
    DccWatch *watch = dcc_watch_table_find(self, pid);
    struct epoll_event event = {.events = EPOLLIN};
    int pidfd;

    if (watch != NULL)
        return watch;
    event.data.u32 = next_number(self);
    pidfd = dcc_pidfd_open(pid);
    /* EINVAL: the number is a thread's. Nobody's exit will ever be told of that one either. */
    if ((pidfd < 0 && errno != ESRCH && errno != EINVAL) ||
        (pidfd >= 0 && epoll_ctl(self->epoll_fd, EPOLL_CTL_ADD, pidfd, &event) != 0)) {
        refuse(error, "cannot watch a process");
        if (pidfd >= 0)
            close(pidfd);
        return NULL;
    }
    watch = g_new0(DccWatch, 1);
    *watch = (DccWatch){event.data.u32, pid, pidfd, g_get_monotonic_time(), 0, FALSE};
    g_hash_table_insert(self->by_watch, GUINT_TO_POINTER(watch->watch), watch);
    g_hash_table_insert(self->by_pid, GINT_TO_POINTER((gint)pid), watch);
    if (pidfd < 0)
        g_queue_push_tail(&self->ended, watch);
    return watch;
}

void
dcc_watch_table_remove(DccWatchTable *self, DccWatch *watch)
{
    g_queue_remove(&self->ended, watch);
    /* By name: a child that was forked meanwhile may hold a copy that keeps it in the set. */
    if (watch->pidfd >= 0)
        epoll_ctl(self->epoll_fd, EPOLL_CTL_DEL, watch->pidfd, NULL);
    g_hash_table_remove(self->by_pid, GINT_TO_POINTER((gint)watch->pid));
    g_hash_table_remove(self->by_watch, GUINT_TO_POINTER(watch->watch));
}

void
dcc_watch_table_wake(DccWatchTable *self)
{
    const guint64 one = 1;

    /* It can only fail when it is readable already. */
    (void)!write(self->wake_fd, &one, sizeof one);
}

void
dcc_watch_table_note(DccWatchTable *self, const struct epoll_event *events, int n)
{
    guint64 count;

    for (int i = 0; i < n; i++) {
        DccWatch *watch = g_hash_table_lookup(self->by_watch, GUINT_TO_POINTER(events[i].data.u32));

        if (events[i].data.u32 == 0)
            (void)!read(self->wake_fd, &count, sizeof count);
        if (watch == NULL)
            continue;
        epoll_ctl(self->epoll_fd, EPOLL_CTL_DEL, watch->pidfd, NULL);
        g_queue_push_tail(&self->ended, watch);
    }
}

static gboolean
find_status(DccWatch *watch, int *wait_status)
{
    if (dcc_reaper_recall(watch->pid, watch->tracked, watch->pidfd >= 0, wait_status))
        return TRUE;
    return watch->pidfd >= 0 && dcc_pidfd_read_exit(watch->pidfd, wait_status);
}

static gboolean
may_be_told_later(DccWatch *watch, gint64 now)
{
    if (watch->pidfd < 0 || !dcc_pidfd_can_read_exit())
        return FALSE;
    if (watch->wait_until == 0)
        watch->wait_until = now + WAIT_FOR_REAPING_US;
    return now < watch->wait_until && !dcc_pidfd_is_reaped(watch->pidfd);
}

gboolean
dcc_watch_table_read_end(DccWatch *watch, gint64 now, DccWatchEvent *event)
{
    int status = -1;
    gboolean later = FALSE;
    gboolean known = find_status(watch, &status);

    if (!known)
        later = may_be_told_later(watch, now);
    /* It may have been reaped between the two questions. */
    if (!known && !later)
        known = find_status(watch, &status);
    *event = (DccWatchEvent){
        .pid = watch->pid,
        .type = DCC_WATCH_EXITED,
        .wait_status = known ? status : -1,
        .exit_code = known && WIFEXITED(status) ? WEXITSTATUS(status) : -1,
        .signal = known && WIFSIGNALED(status) ? WTERMSIG(status) : 0,
        .core_dumped = known && WIFSIGNALED(status) && WCOREDUMP(status),
        .result = !known              ? DCC_RESULT_LOST
                  : WIFEXITED(status) ? DCC_RESULT_EXITED
                                      : DCC_RESULT_SIGNALED,
        .old_status = DCC_PROCESS_RUNNING,
        .new_status = DCC_PROCESS_STOPPED,
        .watch = watch->watch,
    };
    return !later;
}
