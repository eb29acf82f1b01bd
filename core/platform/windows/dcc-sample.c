/* CPU and memory of one process, by a handle that is kept in the place of a descriptor. Threading: see the header. */
#include "dcc-sample.h"

#include "dcc-handle.h"
#include "dcc-job.h"
#include "dcc-process-ref.h"

#include <windows.h>
/* after windows.h */
#include <psapi.h>

#define SHORTEST_NS (1000 * 1000)

static gint64
read_cpu_ns(HANDLE process)
{
    FILETIME created, exited, kernel, user;

    if (!GetProcessTimes(process, &created, &exited, &kernel, &user))
        return -1;
    return (gint64)((((guint64)kernel.dwHighDateTime + user.dwHighDateTime) << 32) +
                    kernel.dwLowDateTime + user.dwLowDateTime) *
           100;
}

static gint64
read_rss(HANDLE process)
{
    PROCESS_MEMORY_COUNTERS counters = {.cb = sizeof counters};

    return GetProcessMemoryInfo(process, &counters, sizeof counters)
               ? (gint64)counters.WorkingSetSize
               : 0;
}

gint64
dcc_sample_now(void)
{
    return g_get_monotonic_time() * 1000;
}

void
dcc_sample_open(DccSample *self, gint64 pid, gboolean keep_fd)
{
    *self = (DccSample){.pid = pid, .statm_fd = dcc_process_ref_open(pid, NULL)};
    self->at_ns = dcc_sample_now();
    if (self->statm_fd == DCC_PROCESS_REF_NONE || dcc_process_ref_has_ended(self->statm_fd)) {
        dcc_sample_close(self);
        return;
    }
    self->status = DCC_SAMPLE_RUNNING;
    self->start_ticks = dcc_job_read_start(dcc_handle_from_number(self->statm_fd));
    self->cpu_ns = read_cpu_ns(dcc_handle_from_number(self->statm_fd));
    self->rss_bytes = read_rss(dcc_handle_from_number(self->statm_fd));
    if (!keep_fd)
        dcc_process_ref_close(&self->statm_fd);
}

void
dcc_sample_close(DccSample *self)
{
    dcc_process_ref_close(&self->statm_fd);
}

/* The kept handle, or a new one of the same process. NONE: it is gone. */
static DccProcessRef
find_process(const DccSample *self)
{
    DccProcessRef process = self->statm_fd;

    if (process != DCC_PROCESS_REF_NONE)
        return process;
    process = dcc_process_ref_open(self->pid, NULL);
    if (process != DCC_PROCESS_REF_NONE &&
        dcc_job_read_start(dcc_handle_from_number(process)) != self->start_ticks)
        dcc_process_ref_close(&process);
    return process;
}

static void
let_go(const DccSample *self, DccProcessRef process)
{
    if (process != self->statm_fd)
        dcc_process_ref_close(&process);
}

static void
measure(DccSample *self, HANDLE process, gint64 now_ns)
{
    gint64 cpu_ns = read_cpu_ns(process);
    gint64 span = now_ns - self->at_ns;

    self->rss_bytes = read_rss(process);
    if (cpu_ns < 0 || span < SHORTEST_NS)
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
    DccProcessRef process;

    if (self->status == DCC_SAMPLE_GONE)
        return;
    process = find_process(self);
    if (process == DCC_PROCESS_REF_NONE || dcc_process_ref_has_ended(process)) {
        self->status = DCC_SAMPLE_GONE;
        self->percent = 0;
        self->rss_bytes = 0;
    } else {
        measure(self, dcc_handle_from_number(process), dcc_sample_now());
    }
    let_go(self, process);
}

gboolean
dcc_sample_is_alive(const DccSample *self)
{
    DccProcessRef process;
    gboolean alive;

    if (self->status != DCC_SAMPLE_RUNNING)
        return FALSE;
    process = find_process(self);
    alive = process != DCC_PROCESS_REF_NONE && !dcc_process_ref_has_ended(process);
    let_go(self, process);
    return alive;
}
