/* What /proc and the kernel's clocks say; see the headers. Threading: any. */
#include "dcc-process-facts.h"

#include "dcc-identity.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define CHUNK 4096

const char *
dcc_boot_id(void)
{
    static char boot_id[40];
    static gsize once;

    if (g_once_init_enter(&once)) {
        g_autofree char *text = NULL;

        if (g_file_get_contents("/proc/sys/kernel/random/boot_id", &text, NULL, NULL))
            g_strlcpy(boot_id, g_strstrip(text), sizeof boot_id);
        g_once_init_leave(&once, 1);
    }
    return boot_id;
}

/* Start times count from the boot, and so does this clock: also while the machine sleeps. */
gint64
dcc_identity_get_age_ms(const DccIdentity *identity)
{
    long per_second = sysconf(_SC_CLK_TCK);
    struct timespec now;
    gint64 started_ms, now_ms;

    if (identity->start_ticks == 0 || per_second <= 0 ||
        !g_str_equal(identity->boot_id, dcc_boot_id()) || clock_gettime(CLOCK_BOOTTIME, &now) != 0)
        return -1;
    now_ms = (gint64)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    started_ms = (gint64)(identity->start_ticks * 1000 / (guint64)per_second);
    return now_ms >= started_ms ? now_ms - started_ms : -1;
}

/* A whole word, so with the NUL before it and the one behind; also across the edges of what is read at once. */
gboolean
dcc_process_has_mark(gint64 pid, const char *mark)
{
    g_autofree char *path = g_strdup_printf("/proc/%" G_GINT64_FORMAT "/environ", pid);
    gsize length = strlen(mark) + 2;
    g_autofree char *word = g_malloc0(length);
    char text[CHUNK] = "";
    gsize kept = 1;
    gboolean found = FALSE;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    if (fd < 0)
        return FALSE;
    memcpy(word + 1, mark, length - 2);
    while (!found && (n = read(fd, text + kept, sizeof text - kept)) > 0) {
        kept += (gsize)n;
        found = memmem(text, kept, word, length) != NULL;
        if (kept >= length) {
            memmove(text, text + kept - (length - 1), length - 1);
            kept = length - 1;
        }
    }
    close(fd);
    return found;
}

static char *
read_file(gint64 pid, const char *name)
{
    g_autofree char *path = g_strdup_printf("/proc/%" G_GINT64_FORMAT "/%s", pid, name);
    char *text = NULL;

    return g_file_get_contents(path, &text, NULL, NULL) ? text : NULL;
}

/* -1 where it is not permitted. */
static gint64
read_io(gint64 pid)
{
    g_autofree char *text = read_file(pid, "io");
    gint64 read_bytes = 0;
    gint64 written = 0;

    if (text == NULL || sscanf(text,
                               "rchar: %" G_GINT64_FORMAT " wchar: %" G_GINT64_FORMAT,
                               &read_bytes,
                               &written) < 2)
        return -1;
    return read_bytes + written;
}

void
dcc_process_add_usage(const DccProc *proc, DccProcessUsage *sum)
{
    static long ticks;
    static long page;
    gint64 io;

    if (ticks == 0) {
        page = sysconf(_SC_PAGESIZE);
        ticks = sysconf(_SC_CLK_TCK);
    }
    sum->cpu_us += (gint64)proc->cpu_ticks * G_USEC_PER_SEC / ticks;
    sum->rss_bytes += proc->rss_pages * page;
    io = sum->io_bytes < 0 ? -1 : read_io(proc->pid);
    sum->io_bytes = io < 0 ? -1 : sum->io_bytes + io;
}

gint64
dcc_process_read_peak(gint64 pid)
{
    g_autofree char *status = read_file(pid, "status");
    const char *line = status != NULL ? strstr(status, "\nVmHWM:") : NULL;

    return line != NULL ? g_ascii_strtoll(line + strlen("\nVmHWM:"), NULL, 10) * 1024 : -1;
}

char *
dcc_process_read_wait(gint64 pid)
{
    char *wchan = read_file(pid, "wchan");

    if (wchan != NULL && *g_strstrip(wchan) == 0)
        g_clear_pointer(&wchan, g_free);
    return wchan;
}

/* Without a read of /proc: what a launch costs is the kernel's work and little else. The system
 * call itself, because libraries that put another clock before a program's eyes do so in the C
 * library.
 */
guint64
dcc_identity_now(void)
{
    struct timespec now = {0};

    if (syscall(SYS_clock_gettime, CLOCK_BOOTTIME, &now) != 0)
        return 0;
    return (guint64)now.tv_sec * (guint64)sysconf(_SC_CLK_TCK) +
           (guint64)now.tv_nsec / (G_GUINT64_CONSTANT(1000000000) / (guint64)sysconf(_SC_CLK_TCK));
}
