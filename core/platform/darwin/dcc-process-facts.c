/* What sysctl says; see the headers. Compiled and linked for macOS, never run. Threading: any. */
#include "dcc-process-facts.h"

#include "dcc-identity.h"
#include "dcc-proc-darwin.h"

#include <libproc.h>
#include <string.h>
#include <sys/sysctl.h>

const char *
dcc_boot_id(void)
{
    static char boot_id[40];
    static gsize once;

    if (g_once_init_enter(&once)) {
        gsize size = sizeof boot_id;

        if (sysctlbyname("kern.bootsessionuuid", boot_id, &size, NULL, 0) != 0)
            boot_id[0] = 0;
        g_once_init_leave(&once, 1);
    }
    return boot_id;
}

/* By the wall clock, as start times are: if that was set since, it shows. */
gint64
dcc_identity_get_age_ms(const DccIdentity *identity)
{
    gint64 age_us = g_get_real_time() - (gint64)identity->start_ticks;

    if (identity->start_ticks == 0 || !g_str_equal(identity->boot_id, dcc_boot_id()))
        return -1;
    return age_us >= 0 ? age_us / 1000 : -1;
}

guint64
dcc_identity_now(void)
{
    return (guint64)g_get_real_time();
}

gboolean
dcc_process_has_mark(gint64 pid, const char *mark)
{
    DccProcArguments arguments;
    gboolean found = FALSE;

    if (!dcc_proc_arguments_read(pid, &arguments))
        return FALSE;
    for (gsize at = arguments.environment; !found && at < arguments.end;
         at += strnlen(arguments.text + at, arguments.end - at) + 1)
        found = arguments.end - at > strlen(mark) && strcmp(arguments.text + at, mark) == 0;
    dcc_proc_arguments_clear(&arguments);
    return found;
}

/* FALSE: it is gone, or another user's. */
static gboolean
read_usage(gint64 pid, struct rusage_info_v4 *usage)
{
    return proc_pid_rusage((int)pid, RUSAGE_INFO_V4, (rusage_info_t *)usage) == 0;
}

/* Of what is read and written the disks' part alone is told. */
void
dcc_process_add_usage(const DccProc *proc, DccProcessUsage *sum)
{
    struct rusage_info_v4 usage;

    if (!read_usage(proc->pid, &usage)) {
        sum->io_bytes = -1;
        return;
    }
    sum->cpu_us += (gint64)(dcc_proc_ns(usage.ri_user_time + usage.ri_system_time) / 1000);
    sum->rss_bytes += (gint64)usage.ri_resident_size;
    if (sum->io_bytes >= 0)
        sum->io_bytes += (gint64)(usage.ri_diskio_bytesread + usage.ri_diskio_byteswritten);
}

/* The footprint: what the system itself counts, compressed pages among it. */
gint64
dcc_process_read_peak(gint64 pid)
{
    struct rusage_info_v4 usage;

    return read_usage(pid, &usage) ? (gint64)usage.ri_lifetime_max_phys_footprint : -1;
}

char *
dcc_process_read_wait(gint64 pid)
{
    return NULL;
}
