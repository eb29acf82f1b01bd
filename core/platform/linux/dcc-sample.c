/* Readings of one process; see the header.
 *
 * The process's CPU clock is one system call without text, counts nanoseconds over all its threads,
 * and cannot stand still over anything that happens in the process, its end included: so where it
 * stands still everything else is as it was, and only reclaimed memory is missed (hence the look at
 * every 20th reading). A new owner of the pid has another clock; only before a process is first
 * charged for what it has computed all clocks are alike, at zero, and zero says nothing.
 *
 * Identity: a kept /proc/PID/statm is of the process it was opened for, and says ESRCH for ever
 * once that is reaped, whoever has the number then. Without one, the start time in /proc/PID/stat
 * is compared, in the same file that memory and state are read from. A pidfd would cost a
 * descriptor and a system call more, and say nothing else.
 *
 * Threading: one thread at a time. */
#include "dcc-sample.h"
#include "dcc-proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define READS_UNTIL_LOOK 20
/* A shorter span measures the measuring. */
#define SHORTEST_NS   (1000 * 1000)
#define MOST_KEPT_FDS 1024

/* Of all samples of this program: descriptors are everybody's. */
static gint kept_fds;

static gint64
get_page(void)
{
    static gsize page;

    if (g_once_init_enter(&page))
        g_once_init_leave(&page, (gsize)sysconf(_SC_PAGESIZE));
    return (gint64)page;
}

static gboolean
may_keep_fd(void)
{
    struct rlimit limit = {0};
    gint most = MOST_KEPT_FDS;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur / 4 < MOST_KEPT_FDS)
        most = (gint)(limit.rlim_cur / 4);
    return g_atomic_int_get(&kept_fds) < most;
}

static gint64
to_ns(const struct timespec *time)
{
    return (gint64)time->tv_sec * 1000000000 + time->tv_nsec;
}

gint64
dcc_sample_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return to_ns(&now);
}

/* The clock of a whole process (CPUCLOCK_SCHED of its thread group), as clock_getcpuclockid() makes
 * it; that one would make a system call to see whether the process is there. -1: it is not. */
static gint64
read_clock(gint64 pid)
{
    struct timespec cpu;
    clockid_t id = (clockid_t)((~(unsigned)pid << 3) | 2u);

    return clock_gettime(id, &cpu) == 0 ? to_ns(&cpu) : -1;
}

static DccSampleStatus
status_of(const DccProc *proc)
{
    /* A zombie with threads is a process whose first thread has ended, and which works on. */
    if ((proc->state == 'Z' || proc->state == 'X') && proc->threads < 2)
        return DCC_SAMPLE_ZOMBIE;
    return DCC_SAMPLE_RUNNING;
}

static DccSampleStatus
look_at_stat(const DccSample *self, gint64 *rss_bytes)
{
    DccProc proc;

    if (!dcc_proc_read(self->pid, &proc) || proc.start_ticks != self->start_ticks)
        return DCC_SAMPLE_GONE;
    *rss_bytes = proc.rss_pages * get_page();
    return status_of(&proc);
}

static DccSampleStatus
look(const DccSample *self, gint64 *rss_bytes)
{
    char text[128];
    char *at = text;
    ssize_t n;

    if (self->statm_fd < 0)
        return look_at_stat(self, rss_bytes);
    n = pread(self->statm_fd, text, sizeof text - 1, 0);
    if (n <= 0)
        return DCC_SAMPLE_GONE;
    text[n] = 0;
    strtoll(at, &at, 10);
    *rss_bytes = strtoll(at, NULL, 10) * get_page();
    /* Without memory: a zombie, a thread of the kernel, or one whose first thread has ended. */
    return *rss_bytes > 0 ? DCC_SAMPLE_RUNNING : look_at_stat(self, rss_bytes);
}

static void
set_status(DccSample *self, DccSampleStatus status)
{
    self->status = (guint8)status;
    if (status == DCC_SAMPLE_RUNNING)
        return;
    self->rss_bytes = 0;
    self->percent = 0;
    if (status == DCC_SAMPLE_GONE)
        dcc_sample_close(self);
}

static int
open_statm(gint64 pid)
{
    char path[64];
    int fd;

    snprintf(path, sizeof path, "/proc/%lld/statm", (long long)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0)
        g_atomic_int_inc(&kept_fds);
    return fd;
}

void
dcc_sample_open(DccSample *self, gint64 pid, gboolean keep_fd)
{
    DccProc proc;

    *self = (DccSample){.pid = pid, .statm_fd = -1, .status = DCC_SAMPLE_GONE};
    /* First the file, then the start time: if another process had the number in between, the file
     * says so at the first look. */
    if (keep_fd && may_keep_fd())
        self->statm_fd = open_statm(pid);
    self->at_ns = dcc_sample_now();
    self->cpu_ns = read_clock(pid);
    if (!dcc_proc_read(pid, &proc)) {
        dcc_sample_close(self);
        return;
    }
    self->start_ticks = proc.start_ticks;
    self->rss_bytes = proc.rss_pages * get_page();
    set_status(self, status_of(&proc));
}

void
dcc_sample_close(DccSample *self)
{
    if (self->statm_fd < 0)
        return;
    close(self->statm_fd);
    self->statm_fd = -1;
    (void)g_atomic_int_dec_and_test(&kept_fds);
}

static void
count_cpu(DccSample *self, gint64 cpu_ns, gint64 now_ns)
{
    gint64 span = now_ns - self->at_ns;

    if (span < SHORTEST_NS)
        return;
    self->percent =
        cpu_ns > self->cpu_ns ? (double)(cpu_ns - self->cpu_ns) * 100 / (double)span : 0;
    self->cpu_ns = cpu_ns;
    self->at_ns = now_ns;
    self->has_cpu = TRUE;
}

static gboolean
stands_still(const DccSample *self, gint64 cpu_ns)
{
    return cpu_ns > 0 && cpu_ns == self->cpu_ns;
}

void
dcc_sample_read(DccSample *self, gint64 now_ns)
{
    DccSampleStatus status = (DccSampleStatus)self->status;
    gint64 rss_bytes = self->rss_bytes;
    gboolean idle;
    gint64 cpu_ns;

    if (status == DCC_SAMPLE_GONE)
        return;
    cpu_ns = read_clock(self->pid);
    idle = stands_still(self, cpu_ns);
    if (!idle)
        now_ns = dcc_sample_now();
    if (!idle || ++self->idle_reads >= READS_UNTIL_LOOK) {
        self->idle_reads = 0;
        /* Where there is no such clock, the file alone says whether it lives. */
        status = cpu_ns >= 0 ? look(self, &rss_bytes) : look_at_stat(self, &rss_bytes);
    }
    count_cpu(self, cpu_ns, now_ns);
    self->rss_bytes = rss_bytes;
    set_status(self, status);
}

gboolean
dcc_sample_is_alive(const DccSample *self)
{
    gint64 rss_bytes = 0;
    gint64 cpu_ns;

    if (self->status != DCC_SAMPLE_RUNNING)
        return FALSE;
    cpu_ns = read_clock(self->pid);
    if (stands_still(self, cpu_ns))
        return TRUE;
    return (cpu_ns >= 0 ? look(self, &rss_bytes) : look_at_stat(self, &rss_bytes)) ==
           DCC_SAMPLE_RUNNING;
}
