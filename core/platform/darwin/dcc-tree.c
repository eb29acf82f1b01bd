/* A process tree as libproc tells; see the header. Compiled and linked for macOS, never run. Threading: any. */
#include "dcc-tree.h"
#include "dcc-proc-darwin.h"
#include "dcc-process-facts.h"
#include "dcc-process-scan.h"

#include <libproc.h>
#include <string.h>

/* Trees that are larger are walked again with more room. */
#define USUAL_ROOM 1024

/* Descendants of root, all of them: the room grows until it suffices. */
static DccProc *
list_descendants(gint64 root, gsize *n)
{
    for (gsize room = USUAL_ROOM;; room *= 4) {
        DccProc *list = g_new(DccProc, room);

        *n = dcc_proc_descendants(root, list, room, NULL, NULL);
        if (*n < room)
            return list;
        g_free(list);
    }
}

GArray *
dcc_tree_list(gint64 root)
{
    GArray *pids = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_autofree DccProc *list = NULL;
    DccProc self;
    gsize n;

    if (!dcc_proc_read(root, &self))
        return pids;
    if (dcc_process_scan_is_living(&self))
        g_array_append_val(pids, root);
    list = list_descendants(root, &n);
    for (gsize i = 0; i < n; i++)
        if (dcc_process_scan_is_living(&list[i]))
            g_array_append_val(pids, list[i].pid);
    return pids;
}

static bool
add_number(const DccProc *proc, void *data)
{
    gint64 pid = proc->pid;

    g_array_append_val((GArray *)data, pid);
    return false;
}

GArray *
dcc_tree_list_all(void)
{
    GArray *pids = g_array_new(FALSE, FALSE, sizeof(gint64));
    DccProc none;

    dcc_proc_scan(&none, 1, add_number, pids);
    return pids;
}

typedef struct {
    const char *const *names;
    const char *setting;
    GArray *pids;
} Wanted;

static bool
add_wanted(const DccProc *proc, void *data)
{
    const Wanted *wanted = data;
    gboolean is_named = FALSE;

    for (const char *const *name = wanted->names; *name != NULL && !is_named; name++)
        is_named = dcc_proc_has_name(proc->comm, *name);
    if (is_named && dcc_process_has_mark(proc->pid, wanted->setting))
        add_number(proc, wanted->pids);
    return false;
}

GArray *
dcc_tree_find(const char *const *names, const char *setting)
{
    Wanted wanted = {names, setting, g_array_new(FALSE, FALSE, sizeof(gint64))};
    DccProc none;

    dcc_proc_scan(&none, 1, add_wanted, &wanted);
    return wanted.pids;
}

/* FALSE: it is gone, or another user's. */
static gboolean
read_usage(gint64 pid, struct rusage_info_v4 *usage)
{
    return proc_pid_rusage((int)pid, RUSAGE_INFO_V4, (rusage_info_t *)usage) == 0;
}

/* Order must not matter: the tree is walked in whatever order the kernel likes. */
static guint64
mix(const DccProc *proc)
{
    guint64 x = (guint64)proc->pid * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15) ^ proc->start_ticks;

    x ^= x >> 31;
    x *= G_GUINT64_CONSTANT(0xbf58476d1ce4e5b9);
    return x ^ (x >> 29);
}

/* Of what is read and written the disks' part alone is told. */
static void
add(DccTreeSample *sample, const DccProc *proc)
{
    struct rusage_info_v4 usage;

    if (!dcc_process_scan_is_living(proc))
        return;
    sample->n_processes++;
    sample->digest ^= mix(proc);
    if (!read_usage(proc->pid, &usage)) {
        sample->io_bytes = -1;
        return;
    }
    sample->cpu_us += (gint64)(dcc_proc_ns(usage.ri_user_time + usage.ri_system_time) / 1000);
    sample->rss_bytes += (gint64)usage.ri_resident_size;
    if (sample->io_bytes >= 0)
        sample->io_bytes += (gint64)(usage.ri_diskio_bytesread + usage.ri_diskio_byteswritten);
}

DccTreeSample
dcc_tree_sample(gint64 root)
{
    DccTreeSample sample = {0};
    g_autofree DccProc *list = NULL;
    DccProc self;
    gsize n;

    if (!dcc_proc_read(root, &self) || !dcc_process_scan_is_living(&self))
        return sample;
    sample.valid = TRUE;
    sample.stopped = self.state == 'T';
    add(&sample, &self);
    list = list_descendants(root, &n);
    for (gsize i = 0; i < n; i++)
        add(&sample, &list[i]);
    return sample;
}

/* The footprint: what the system itself counts, compressed pages among it. */
gint64
dcc_tree_peak(gint64 root)
{
    g_autoptr(GArray) pids = dcc_tree_list(root);
    struct rusage_info_v4 usage;
    gint64 peak = -1;

    for (guint i = 0; i < pids->len; i++)
        if (read_usage(g_array_index(pids, gint64, i), &usage))
            peak = MAX(peak, (gint64)usage.ri_lifetime_max_phys_footprint);
    return peak;
}

/* What it waits in is not told. */
static char *
describe(gint64 pid)
{
    g_autofree char *line = NULL;
    DccProc proc;

    if (!dcc_proc_read(pid, &proc))
        return g_strdup_printf("%" G_GINT64_FORMAT " gone", pid);
    line = g_strdup_printf("%" G_GINT64_FORMAT " %s %c -", pid, proc.comm, proc.state);
    return g_utf8_make_valid(line, -1);
}

char **
dcc_tree_describe(const gint64 *pids, guint n)
{
    char **lines = g_new0(char *, n + 1);

    for (guint i = 0; i < n; i++)
        lines[i] = describe(pids[i]);
    return lines;
}
