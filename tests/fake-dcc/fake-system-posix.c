/* See fake-system.h: Linux. */
#include "fake-system.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

struct FakeLine {
    int fd;
    FILE *in;
};

void
fake_system_begin(const FakeOptions *options)
{
    alarm((unsigned)options->lifetime);
}

void
fake_system_forbid_core(void)
{
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
}

static int term_code;

static void
exit_on_term(int number)
{
    fake_oracle("exit", term_code);
    _exit(term_code);
}

static sigset_t term_alone;

/* A handler may not send what its own thread is in the middle of sending. */
static void *
quit_on_term(void *data)
{
    int number;

    sigwait(&term_alone, &number);
    fake_quit_for(number);
}

static void
await_term(void)
{
    sigemptyset(&term_alone);
    sigaddset(&term_alone, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &term_alone, NULL);
    fake_thread_start(quit_on_term, NULL);
}

void
fake_system_set_signals(const FakeOptions *options)
{
    if (options->term_quit)
        await_term();
    if (options->ignore_term) {
        signal(SIGTERM, SIG_IGN);
        signal(SIGHUP, SIG_IGN);
        signal(SIGINT, SIG_IGN);
    }
    if (options->term_exit != FAKE_NEVER) {
        term_code = (int)options->term_exit;
        signal(SIGTERM, exit_on_term);
    }
}

int64_t
fake_system_count_life(const char *path)
{
    char text[32] = "";
    int64_t count = 1;

    if (!path)
        return 0;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || flock(fd, LOCK_EX) < 0)
        return 0;
    if (pread(fd, text, sizeof text - 1, 0) > 0)
        count = atoll(text) + 1;
    int n = snprintf(text, sizeof text, "%lld\n", (long long)count);
    if (pwrite(fd, text, (size_t)n, 0) != n)
        count = 0;
    close(fd);
    return count;
}

int
fake_system_open_to_append(const char *path)
{
    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

void
fake_system_die(int number)
{
    sigset_t mask;

    signal(number, SIG_DFL);
    sigemptyset(&mask);
    sigaddset(&mask, number);
    pthread_sigmask(SIG_UNBLOCK, &mask, NULL);
    raise(number);
}

void
fake_system_stop(void)
{
    raise(SIGSTOP);
}

int64_t
fake_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct timespec
timespec_of(int64_t ms)
{
    return (struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
}

void
fake_sleep(int64_t ms)
{
    if (ms == FAKE_NEVER)
        for (;;)
            pause();

    struct timespec end = timespec_of(fake_now() + ms);
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL) == EINTR)
        ;
}

bool
fake_thread_start(void *(*func)(void *), void *data)
{
    pthread_t thread;

    return pthread_create(&thread, NULL, func, data) == 0;
}

void
fake_lock(FakeLock *lock)
{
    pthread_mutex_lock(lock);
}

void
fake_unlock(FakeLock *lock)
{
    pthread_mutex_unlock(lock);
}

void
fake_condition_init(FakeCondition *condition)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
}

void
fake_tell(FakeCondition *condition)
{
    pthread_cond_broadcast(condition);
}

void
fake_wait_until(FakeCondition *condition, FakeLock *lock, int64_t at)
{
    struct timespec end = timespec_of(at);

    if (at == INT64_MAX)
        pthread_cond_wait(condition, lock);
    else
        pthread_cond_timedwait(condition, lock, &end);
}

static void
print_link(const char *label, const char *path)
{
    char target[4096];
    ssize_t n = readlink(path, target, sizeof target - 1);

    if (n < 0)
        return;
    target[n] = '\0';
    fake_print_escaped(label, target);
}

void
fake_system_print_fds(void)
{
    DIR *directory = opendir("/proc/self/fd");
    struct dirent *entry;

    while (directory && (entry = readdir(directory))) {
        char label[300], path[300];

        if (entry->d_name[0] == '.' || atoi(entry->d_name) == dirfd(directory))
            continue;
        snprintf(label, sizeof label, "fd %s", entry->d_name);
        snprintf(path, sizeof path, "/proc/self/fd/%s", entry->d_name);
        print_link(label, path);
    }
    if (directory)
        closedir(directory);
}

static void
print_signals(void)
{
    FILE *file = fopen("/proc/self/status", "re");
    char text[256];

    while (file && fgets(text, sizeof text, file))
        if (strncmp(text, "SigBlk:", 7) == 0 || strncmp(text, "SigIgn:", 7) == 0)
            fputs(text, stdout);
    if (file)
        fclose(file);
}

void
fake_system_print_process(void)
{
    const char *temp = getenv("TMPDIR");

    printf("pid %d\nppid %d\npgid %d\nsid %d\n",
           (int)getpid(),
           (int)getppid(),
           (int)getpgid(0),
           (int)getsid(0));
    print_link("cwd", "/proc/self/cwd");
    fake_print_escaped("tmpdir", temp ? temp : "");
    print_signals();
}

/* A path may be longer than a socket's address: its directory is opened, and named by descriptor.
 */
static int
dial(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char directory[4096], name[4096];

    snprintf(directory, sizeof directory, "%s", path);
    snprintf(name, sizeof name, "%s", path);
    int dir_fd = open(dirname(directory), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir_fd < 0)
        return -1;
    int n = snprintf(
        address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", dir_fd, basename(name));
    int fd = n < (int)sizeof address.sun_path ? socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) : -1;
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        close(fd);
        fd = -1;
    }
    close(dir_fd);
    return fd;
}

FakeLine *
fake_line_dial(const char *path)
{
    int fd = dial(path);
    FILE *in = fd >= 0 ? fdopen(fd, "r") : NULL;
    FakeLine *self = in ? malloc(sizeof *self) : NULL;

    if (!self) {
        if (in)
            fclose(in);
        else if (fd >= 0)
            close(fd);
        return NULL;
    }
    *self = (FakeLine){fd, in};
    return self;
}

void
fake_line_close(FakeLine *self)
{
    fclose(self->in);
    free(self);
}

void
fake_line_send(FakeLine *self, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = send(self->fd, bytes, length, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        bytes += n;
        length -= (size_t)n;
    }
}

bool
fake_line_read(FakeLine *self, char *line, size_t size)
{
    if (!fgets(line, (int)size, self->in))
        return false;
    line[strcspn(line, "\n")] = '\0';
    return true;
}
