/* Handles of processes, where there are no pidfds: a kqueue for each, which is readable once its process has ended. A
 * kqueue does not say what it waits for, so that is kept here, by its number.
 *
 * Problem: kill() takes a number, which may be a stranger's by then. Contract: the start time is looked at directly
 * before; between the two the number would have to end, be reaped and be given again.
 *
 * Compiled and linked for macOS, never run. Threading: any. */
#include "dcc-proc.h"

#include "dcc-proc-darwin.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <sys/event.h>
#include <unistd.h>

/* What a program has unless it asks for more. */
#define MOST_HANDLES 10240

typedef struct {
    int64_t pid;
    uint64_t start_ticks;
    int wait_status; /* -1: not told */
} Handle;

static Handle handles[MOST_HANDLES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* The house's number, Darwin's. Those that are not here are the same. */
static const struct {
    int house, system;
} numbers[] = {{7, SIGBUS},
               {10, SIGUSR1},
               {12, SIGUSR2},
               {17, SIGCHLD},
               {18, SIGCONT},
               {19, SIGSTOP},
               {20, SIGTSTP},
               {23, SIGURG},
               {29, SIGIO},
               {31, SIGSYS}};
#define N_NUMBERS (sizeof numbers / sizeof numbers[0])

int
dcc_proc_signal_number(int house)
{
    for (size_t i = 0; i < N_NUMBERS; i++)
        if (numbers[i].house == house)
            return numbers[i].system;
    return house;
}

int
dcc_proc_house_signal(int system)
{
    for (size_t i = 0; i < N_NUMBERS; i++)
        if (numbers[i].system == system)
            return numbers[i].house;
    return system;
}

static void
remember(int fd, Handle handle)
{
    pthread_mutex_lock(&lock);
    handles[fd] = handle;
    pthread_mutex_unlock(&lock);
}

static Handle
recall(int fd)
{
    Handle handle = {-1, 0, -1};

    if (fd < 0 || fd >= MOST_HANDLES)
        return handle;
    pthread_mutex_lock(&lock);
    handle = handles[fd];
    pthread_mutex_unlock(&lock);
    return handle;
}

/* Without EV_CLEAR, so it stays readable whoever has looked. */
static bool
raise_flag(int fd)
{
    struct kevent changes[2];

    EV_SET(&changes[0], 0, EVFILT_USER, EV_ADD, 0, 0, NULL);
    EV_SET(&changes[1], 0, EVFILT_USER, 0, NOTE_TRIGGER, 0, NULL);
    return kevent(fd, changes, 2, NULL, 0, NULL) == 0;
}

/* How it ends is told of children alone; of others, that they do. */
static bool
wait_for_end(int fd, int64_t pid)
{
    struct kevent change;

    EV_SET(&change, (uintptr_t)pid, EVFILT_PROC, EV_ADD, NOTE_EXIT | NOTE_EXITSTATUS, 0, NULL);
    if (kevent(fd, &change, 1, NULL, 0, NULL) == 0)
        return true;
    if (errno != EACCES)
        return false;
    EV_SET(&change, (uintptr_t)pid, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0, NULL);
    return kevent(fd, &change, 1, NULL, 0, NULL) == 0;
}

static int
close_with(int fd, int errno_code)
{
    close(fd);
    errno = errno_code;
    return -1;
}

static bool
is_same(int64_t pid, uint64_t start_ticks)
{
    DccProc now;

    return pid > 0 && dcc_proc_read(pid, &now) && now.start_ticks == start_ticks;
}

int
dcc_pidfd_open(int64_t pid)
{
    DccProc proc;
    int fd;

    if (!dcc_proc_read(pid, &proc)) {
        errno = ESRCH;
        return -1;
    }
    fd = kqueue();
    if (fd < 0)
        return -1;
    if (fd >= MOST_HANDLES)
        return close_with(fd, EMFILE);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    remember(fd, (Handle){pid, proc.start_ticks, -1});
    /* One that has ended and was not reaped has a number yet, and no more events. */
    if (!wait_for_end(fd, pid) &&
        (errno != ESRCH || !dcc_proc_read(pid, &proc) || proc.state != 'Z' || !raise_flag(fd)))
        return close_with(fd, errno);
    /* The number may have been given again since it was read. */
    return is_same(pid, recall(fd).start_ticks) ? fd : close_with(fd, ESRCH);
}

int
dcc_pidfd_dup(int pidfd)
{
    int fd = fcntl(pidfd, F_DUPFD_CLOEXEC, 3);

    if (fd >= MOST_HANDLES)
        return close_with(fd, EMFILE);
    if (fd >= 0)
        remember(fd, recall(pidfd));
    return fd;
}

/* Of all handles of the process: those that were duplicated share one kqueue, which tells it once. */
static void
remember_status(int64_t pid, uint64_t start_ticks, int wait_status)
{
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < MOST_HANDLES; i++)
        if (handles[i].pid == pid && handles[i].start_ticks == start_ticks)
            handles[i].wait_status = wait_status;
    pthread_mutex_unlock(&lock);
}

bool
dcc_pidfd_take_exit(int pidfd, int *wait_status)
{
    const struct timespec at_once = {0, 0};
    struct kevent events[2];
    Handle handle = recall(pidfd);
    int n = 0;

    if (handle.pid > 0 && handle.wait_status < 0 && raise_flag(pidfd))
        n = kevent(pidfd, NULL, 0, events, 2, &at_once);
    for (int i = 0; i < n; i++)
        if (events[i].filter == EVFILT_PROC && (events[i].fflags & NOTE_EXITSTATUS) != 0)
            remember_status(handle.pid, handle.start_ticks, (int)events[i].data);
    *wait_status = recall(pidfd).wait_status;
    return *wait_status >= 0;
}

static int
signal_if_same(const Handle *handle, bool group, int sig)
{
    pid_t pid = (pid_t)handle->pid;

    if (!is_same(handle->pid, handle->start_ticks) || (group && getpgid(pid) != pid)) {
        errno = ESRCH;
        return -1;
    }
    return kill(group ? -pid : pid, sig);
}

int
dcc_pidfd_signal(int pidfd, int sig)
{
    Handle handle = recall(pidfd);

    return signal_if_same(&handle, false, sig);
}

/* Only while its leader has not been reaped: afterwards nothing proves that the group is its own. */
int
dcc_pidfd_signal_group(int pidfd, int sig)
{
    Handle handle = recall(pidfd);

    return signal_if_same(&handle, true, sig);
}

/* There is no such number. */
uint64_t
dcc_pidfd_inode(int pidfd)
{
    (void)pidfd;
    return 0;
}

int64_t
dcc_proc_pid_of_pidfd(int pidfd)
{
    Handle handle = recall(pidfd);

    return is_same(handle.pid, handle.start_ticks) ? handle.pid : -1;
}

int
dcc_proc_signal(const DccProc *proc, int sig)
{
    const Handle handle = {proc->pid, proc->start_ticks, -1};

    return signal_if_same(&handle, false, sig) == 0 ? 0 : errno;
}
