/* /proc without allocation; see the header. Threading: any. */
#include "dcc-proc.h"
#include "dcc-proc-run.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static ssize_t
read_text(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = -1;

    if (fd >= 0) {
        n = read(fd, text, size - 1);
        close(fd);
    }
    text[n > 0 ? n : 0] = 0;
    return n;
}

static uint64_t
next_number(char **at)
{
    while (**at == ' ')
        (*at)++;
    return (uint64_t)strtoll(*at, at, 10);
}

/* The name may hold blanks and brackets: it ends at the last bracket of the line. */
static bool
parse_stat(char *text, DccProc *proc)
{
    char *open_at = strchr(text, '(');
    char *close_at = strrchr(text, ')');
    uint64_t field[53] = {0};
    size_t n;

    if (open_at == NULL || close_at == NULL || close_at < open_at || close_at[1] != ' ')
        return false;
    n = (size_t)(close_at - open_at - 1);
    n = n < sizeof proc->comm - 1 ? n : sizeof proc->comm - 1;
    memcpy(proc->comm, open_at + 1, n);
    proc->comm[n] = 0;
    proc->state = close_at[2];
    close_at += 3;
    for (int i = 4; i < 53; i++)
        field[i] = next_number(&close_at);
    proc->ppid = (int64_t)field[4];
    proc->sid = (int64_t)field[6];
    proc->cpu_ticks = field[14] + field[15] + field[16] + field[17];
    proc->threads = (int64_t)field[20];
    proc->start_ticks = field[22];
    proc->exit_code = (int)field[52];
    proc->rss_pages = (int64_t)field[24];
    return true;
}

bool
dcc_proc_read(int64_t pid, DccProc *proc)
{
    char path[64];
    char text[1024];

    snprintf(path, sizeof path, "/proc/%lld/stat", (long long)pid);
    proc->pid = pid;
    return read_text(path, text, sizeof text) > 0 && parse_stat(text, proc);
}

typedef struct {
    DccProc *list;
    size_t n;
    size_t max;
    DccProcSkip skip;
    void *data;
} Walk;

static bool
has(const Walk *walk, int64_t pid)
{
    /* One that was reparented while we walked is met twice. */
    for (size_t i = 0; i < walk->n; i++)
        if (walk->list[i].pid == pid)
            return true;
    return false;
}

static void
append(Walk *walk, int64_t pid, int64_t only_of)
{
    DccProc *proc = &walk->list[walk->n];

    if (walk->n == walk->max || has(walk, pid) || !dcc_proc_read(pid, proc))
        return;
    if (only_of > 0 && proc->ppid != only_of)
        return;
    if (walk->skip == NULL || !walk->skip(proc, walk->data))
        walk->n++;
}

static bool
append_children_of_thread(Walk *walk, int64_t pid, int64_t tid)
{
    char path[80];
    char text[4096];
    size_t kept = 0;
    ssize_t n;
    int fd;

    snprintf(path, sizeof path, "/proc/%lld/task/%lld/children", (long long)pid, (long long)tid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    while ((n = read(fd, text + kept, sizeof text - 1 - kept)) > 0) {
        char *at = text;
        char *end;

        text[kept + (size_t)n] = 0;
        /* A number without a blank behind it may go on in the next piece. */
        while ((end = strchr(at, ' ')) != NULL) {
            append(walk, strtoll(at, NULL, 10), 0);
            at = end + 1;
        }
        kept = strlen(at);
        memmove(text, at, kept + 1);
    }
    close(fd);
    return true;
}

/* Calls back for every entry of a directory that is a number. getdents, because opendir allocates.
 */
static void
each_number(const char *path, void (*func)(int64_t number, void *data), void *data)
{
    /* Small: what is read of it is old by the time it is looked at. */
    _Alignas(struct dirent64) char buffer[1024];
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    long n;

    if (fd < 0)
        return;
    while ((n = syscall(SYS_getdents64, fd, buffer, sizeof buffer)) > 0) {
        for (long at = 0; at < n;) {
            const struct dirent64 *entry = (const struct dirent64 *)(buffer + at);

            if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
                func(strtoll(entry->d_name, NULL, 10), data);
            at += entry->d_reclen;
        }
    }
    close(fd);
}

typedef struct {
    Walk *walk;
    int64_t pid;
    bool unsupported;
} Step;

static void
append_from_thread(int64_t tid, void *data)
{
    Step *step = data;

    if (!append_children_of_thread(step->walk, step->pid, tid) && tid == step->pid)
        step->unsupported = true;
}

static void
append_if_child(int64_t pid, void *data)
{
    Step *step = data;

    append(step->walk, pid, step->pid);
}

static bool
kernel_lists_children(void)
{
    static int known;

    if (known == 0)
        known = access("/proc/thread-self/children", F_OK) == 0 ? 1 : -1;
    return known > 0;
}

static void
append_children(Walk *walk, int64_t pid)
{
    Step step = {walk, pid, false};
    char path[64];

    if (!kernel_lists_children()) {
        each_number("/proc", append_if_child, &step);
        return;
    }
    snprintf(path, sizeof path, "/proc/%lld/task", (long long)pid);
    each_number(path, append_from_thread, &step);
}

size_t
dcc_proc_descendants(int64_t root, DccProc *list, size_t max, DccProcSkip skip, void *data)
{
    Walk walk = {list, 0, max, skip, data};

    append_children(&walk, root);
    for (size_t i = 0; i < walk.n; i++)
        append_children(&walk, list[i].pid);
    return walk.n;
}

static bool
is_unwanted(const DccProc *proc, void *data)
{
    const Walk *inner = data;

    return inner->skip != NULL && !inner->skip(proc, inner->data);
}

static void
append_any(int64_t pid, void *data)
{
    Walk *walk = data;
    DccProc proc;

    if (walk->n == walk->max)
        return;
    if (!dcc_proc_read(pid, &proc))
        proc = (DccProc){.pid = pid, .state = 'X'};
    if (!walk->skip(&proc, walk->data))
        walk->list[walk->n++] = proc;
}

void
dcc_proc_each(void (*func)(int64_t pid, void *data), void *data)
{
    each_number("/proc", func, data);
}

size_t
dcc_proc_scan(DccProc *list, size_t max, DccProcSkip wanted, void *data)
{
    Walk inner = {NULL, 0, 0, wanted, data};
    Walk walk = {list, 0, max, is_unwanted, &inner};

    dcc_proc_each(append_any, &walk);
    return walk.n;
}

typedef struct {
    void (*func)(int fd);
} EachFd;

static void
call_with_fd(int64_t number, void *data)
{
    const EachFd *each = data;

    each->func((int)number);
}

bool
dcc_proc_each_own_fd(void (*func)(int fd))
{
    EachFd each = {func};

    if (access("/proc/self/fd", R_OK | X_OK) != 0)
        return false;
    each_number("/proc/self/fd", call_with_fd, &each);
    return true;
}

bool
dcc_proc_read_run(int64_t pid, char run[DCC_RUN_NUMBER_LENGTH + 1])
{
    const size_t overlap = sizeof DCC_RUN_VARIABLE + DCC_RUN_NUMBER_LENGTH + 2;
    char path[64];
    char text[4096];
    size_t kept = 0;
    bool at_start = true;
    bool found = false;
    ssize_t n;
    int fd;

    run[0] = 0;
    snprintf(path, sizeof path, "/proc/%lld/environ", (long long)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    while (!found && (n = read(fd, text + kept, sizeof text - kept)) > 0) {
        kept += (size_t)n;
        found = dcc_proc_find_run(text, kept, at_start, run);
        if (kept > overlap) {
            memmove(text, text + kept - overlap, overlap);
            kept = overlap;
            at_start = false;
        }
    }
    close(fd);
    return found;
}

void
dcc_proc_read_command(int64_t pid, char *text, size_t size)
{
    char path[64];
    ssize_t n;

    snprintf(path, sizeof path, "/proc/%lld/cmdline", (long long)pid);
    n = read_text(path, text, size);
    while (n > 0 && text[n - 1] == 0)
        n--;
    for (ssize_t i = 0; i < n; i++)
        if (text[i] == 0)
            text[i] = ' ';
}
