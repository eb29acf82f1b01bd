/* libproc and sysctl; see the header. Start times are microseconds of the wall clock, and so is what they are compared
 * with: the kernel keeps no others for everybody.
 *
 * Compiled and linked for macOS, never run. Threading: any. */
#include "dcc-proc.h"

#include "dcc-proc-darwin.h"
#include "dcc-proc-run.h"

#include <libproc.h>
#include <mach/mach_time.h>
#include <string.h>
#include <sys/sysctl.h>
#include <unistd.h>

/* More than kern.maxproc lets there be. */
#define MOST_PROCESSES 16384
#define MOST_FDS       2048
#define NS_PER_TICK    (10 * 1000 * 1000)

uint64_t
dcc_proc_ns(uint64_t mach_time)
{
    mach_timebase_info_data_t base = {0, 0};

    mach_timebase_info(&base);
    return base.denom > 0 ? (uint64_t)((__uint128_t)mach_time * base.numer / base.denom)
                          : mach_time;
}

static char
letter_of(int state)
{
    switch (state) {
    case SSTOP:
        return 'T';
    case SZOMB:
        return 'Z';
    case SSLEEP:
        return 'S';
    default:
        return 'R';
    }
}

/* Of another user's nothing of it is told; children that were waited for are not counted. */
static void
read_task(DccProc *proc)
{
    struct proc_taskinfo task;

    if (proc_pidinfo((int)proc->pid, PROC_PIDTASKINFO, 0, &task, sizeof task) != (int)sizeof task)
        return;
    proc->threads = task.pti_threadnum;
    proc->cpu_ticks = dcc_proc_ns(task.pti_total_user + task.pti_total_system) / NS_PER_TICK;
    proc->rss_pages = (int64_t)(task.pti_resident_size / (uint64_t)getpagesize());
}

bool
dcc_proc_read(int64_t pid, DccProc *proc)
{
    int name[] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, (int)pid};
    struct kinfo_proc info;
    size_t size = sizeof info;

    proc->pid = pid;
    if (pid <= 0 || sysctl(name, 4, &info, &size, NULL, 0) != 0 || size < sizeof info ||
        info.kp_proc.p_pid != (pid_t)pid)
        return false;
    *proc = (DccProc){
        .pid = pid, .ppid = info.kp_eproc.e_ppid, .state = letter_of(info.kp_proc.p_stat)};
    proc->sid = getsid((pid_t)pid);
    proc->start_ticks = (uint64_t)info.kp_proc.p_starttime.tv_sec * 1000000 +
                        (uint64_t)info.kp_proc.p_starttime.tv_usec;
    strncpy(proc->comm, info.kp_proc.p_comm, sizeof proc->comm - 1);
    if (proc->state != 'Z')
        read_task(proc);
    return true;
}

typedef struct {
    DccProc *list;
    size_t n;
    size_t max;
} Walk;

static bool
has(const Walk *walk, int64_t pid)
{
    for (size_t i = 0; i < walk->n; i++)
        if (walk->list[i].pid == pid)
            return true;
    return false;
}

static void
append_children(Walk *walk, int64_t pid, DccProcSkip skip, void *data)
{
    int pids[MOST_PROCESSES];
    int bytes = proc_listpids(PROC_PPID_ONLY, (uint32_t)pid, pids, (int)sizeof pids);

    for (int i = 0; i < bytes / (int)sizeof pids[0] && walk->n < walk->max; i++) {
        DccProc *proc = &walk->list[walk->n];

        if (!has(walk, pids[i]) && dcc_proc_read(pids[i], proc) &&
            (skip == NULL || !skip(proc, data)))
            walk->n++;
    }
}

size_t
dcc_proc_descendants(int64_t root, DccProc *list, size_t max, DccProcSkip skip, void *data)
{
    Walk walk = {list, 0, max};

    append_children(&walk, root, skip, data);
    for (size_t i = 0; i < walk.n; i++)
        append_children(&walk, list[i].pid, skip, data);
    return walk.n;
}

void
dcc_proc_each(void (*func)(int64_t pid, void *data), void *data)
{
    int pids[MOST_PROCESSES];
    int bytes = proc_listpids(PROC_ALL_PIDS, 0, pids, (int)sizeof pids);

    for (int i = 0; i < bytes / (int)sizeof pids[0]; i++)
        if (pids[i] > 0)
            func(pids[i], data);
}

typedef struct {
    Walk walk;
    DccProcSkip wanted;
    void *data;
} Scan;

static void
append_if_wanted(int64_t pid, void *data)
{
    Scan *scan = data;
    DccProc proc;

    if (scan->walk.n == scan->walk.max)
        return;
    if (!dcc_proc_read(pid, &proc))
        proc = (DccProc){.pid = pid, .state = 'X'};
    if (scan->wanted(&proc, scan->data))
        scan->walk.list[scan->walk.n++] = proc;
}

size_t
dcc_proc_scan(DccProc *list, size_t max, DccProcSkip wanted, void *data)
{
    Scan scan = {{list, 0, max}, wanted, data};

    dcc_proc_each(append_if_wanted, &scan);
    return scan.walk.n;
}

bool
dcc_proc_each_own_fd(void (*func)(int fd))
{
    struct proc_fdinfo fds[MOST_FDS];
    int bytes = proc_pidinfo(getpid(), PROC_PIDLISTFDS, 0, fds, (int)sizeof fds);

    /* A full list may be the beginning of a longer one. */
    if (bytes <= 0 || bytes == (int)sizeof fds)
        return false;
    for (int i = 0; i < bytes / (int)sizeof fds[0]; i++)
        func(fds[i].proc_fd);
    return true;
}

void
dcc_proc_read_command(int64_t pid, char *text, size_t size)
{
    DccProcArguments arguments;
    size_t n;

    text[0] = 0;
    if (!dcc_proc_arguments_read(pid, &arguments))
        return;
    n = arguments.environment - arguments.arguments;
    n = n < size ? n : size - 1;
    memcpy(text, arguments.text + arguments.arguments, n);
    text[n] = 0;
    while (n > 0 && text[n - 1] == 0)
        n--;
    for (size_t i = 0; i < n; i++)
        if (text[i] == 0)
            text[i] = ' ';
    dcc_proc_arguments_clear(&arguments);
}

bool
dcc_proc_read_run(int64_t pid, char run[DCC_RUN_NUMBER_LENGTH + 1])
{
    DccProcArguments arguments;
    bool found;

    run[0] = 0;
    if (!dcc_proc_arguments_read(pid, &arguments))
        return false;
    found = dcc_proc_find_run(
        arguments.text + arguments.environment, arguments.end - arguments.environment, true, run);
    dcc_proc_arguments_clear(&arguments);
    return found;
}
