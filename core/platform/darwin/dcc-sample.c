/* Readings of one process by proc_pid_rusage(): one call for processor time, memory and the time it started; see the
 * header. No descriptor is kept. Compiled and linked for macOS, never run. Threading: one thread at a time. */
#include "dcc-sample.h"
#include "dcc-proc-darwin.h"

#include <libproc.h>
#include <time.h>

/* A shorter span measures the measuring. */
#define SHORTEST_NS (1000 * 1000)

gint64
dcc_sample_now(void)
{
    return (gint64)clock_gettime_nsec_np(CLOCK_UPTIME_RAW);
}

/* Whoever has the number: the start time says whether it is the same. */
static DccSampleStatus
look(const DccSample *self, gint64 *cpu_ns, gint64 *rss_bytes)
{
    struct rusage_info_v0 usage;
    DccProc proc;

    if (!dcc_proc_read(self->pid, &proc) || proc.start_ticks != self->start_ticks)
        return DCC_SAMPLE_GONE;
    if (proc.state == 'Z')
        return DCC_SAMPLE_ZOMBIE;
    /* Another user's tells nothing of this: then there are no figures, and it lives. */
    if (proc_pid_rusage((int)self->pid, RUSAGE_INFO_V0, (rusage_info_t *)&usage) != 0)
        return DCC_SAMPLE_RUNNING;
    *cpu_ns = (gint64)dcc_proc_ns(usage.ri_user_time + usage.ri_system_time);
    *rss_bytes = (gint64)usage.ri_resident_size;
    return DCC_SAMPLE_RUNNING;
}

static void
set_status(DccSample *self, DccSampleStatus status)
{
    self->status = (guint8)status;
    if (status == DCC_SAMPLE_RUNNING)
        return;
    self->rss_bytes = 0;
    self->percent = 0;
}

void
dcc_sample_open(DccSample *self, gint64 pid, gboolean keep_fd)
{
    DccProc proc;

    *self = (DccSample){.pid = pid, .statm_fd = -1, .status = DCC_SAMPLE_GONE};
    self->at_ns = dcc_sample_now();
    if (!dcc_proc_read(pid, &proc))
        return;
    self->start_ticks = proc.start_ticks;
    set_status(self, look(self, &self->cpu_ns, &self->rss_bytes));
}

void
dcc_sample_close(DccSample *self)
{
    self->statm_fd = -1;
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

void
dcc_sample_read(DccSample *self, gint64 now_ns)
{
    gint64 cpu_ns = self->cpu_ns;
    DccSampleStatus status;

    if (self->status == DCC_SAMPLE_GONE)
        return;
    status = look(self, &cpu_ns, &self->rss_bytes);
    count_cpu(self, cpu_ns, dcc_sample_now());
    set_status(self, status);
}

gboolean
dcc_sample_is_alive(const DccSample *self)
{
    gint64 cpu_ns, rss_bytes;

    return self->status == DCC_SAMPLE_RUNNING &&
           look(self, &cpu_ns, &rss_bytes) == DCC_SAMPLE_RUNNING;
}
