/* A process tree; see the header.
 *
 * Threading: any. Cost on Linux: about 10 microseconds a process and 5 a thread. */
#include "dcc-tree.h"
#include "dcc-process-facts.h"
#include "dcc-process-scan.h"

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

static void
add_number(int64_t number, void *data)
{
    gint64 pid = number;

    g_array_append_val((GArray *)data, pid);
}

GArray *
dcc_tree_list_all(void)
{
    GArray *pids = g_array_new(FALSE, FALSE, sizeof(gint64));

    dcc_proc_each(add_number, pids);
    return pids;
}

static gboolean
has_name(gint64 pid, const char *const *names)
{
    DccProc proc;

    if (!dcc_proc_read(pid, &proc))
        return FALSE;
    for (; *names != NULL; names++)
        if (dcc_proc_has_name(proc.comm, *names))
            return TRUE;
    return FALSE;
}

GArray *
dcc_tree_find(const char *const *names, const char *setting)
{
    GArray *pids = dcc_tree_list_all();
    guint kept = 0;

    for (guint i = 0; i < pids->len; i++) {
        gint64 pid = g_array_index(pids, gint64, i);

        if (has_name(pid, names) && dcc_process_has_mark(pid, setting))
            g_array_index(pids, gint64, kept++) = pid;
    }
    g_array_set_size(pids, kept);
    return pids;
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

static void
add(DccTreeSample *sample, DccProcessUsage *usage, const DccProc *proc)
{
    if (!dcc_process_scan_is_living(proc))
        return;
    sample->n_processes++;
    sample->digest ^= mix(proc);
    dcc_process_add_usage(proc, usage);
}

DccTreeSample
dcc_tree_sample(gint64 root)
{
    DccTreeSample sample = {0};
    DccProcessUsage usage = {0};
    g_autofree DccProc *list = NULL;
    DccProc self;
    gsize n;

    if (!dcc_proc_read(root, &self) || !dcc_process_scan_is_living(&self))
        return sample;
    sample.valid = TRUE;
    sample.stopped = self.state == 'T' || self.state == 't';
    add(&sample, &usage, &self);
    list = list_descendants(root, &n);
    for (gsize i = 0; i < n; i++)
        add(&sample, &usage, &list[i]);
    sample.cpu_us = usage.cpu_us;
    sample.rss_bytes = usage.rss_bytes;
    sample.io_bytes = usage.io_bytes;
    return sample;
}

gint64
dcc_tree_peak(gint64 root)
{
    g_autoptr(GArray) pids = dcc_tree_list(root);
    gint64 peak = -1;

    for (guint i = 0; i < pids->len; i++)
        peak = MAX(peak, dcc_process_read_peak(g_array_index(pids, gint64, i)));
    return peak;
}

static char *
describe(gint64 pid)
{
    g_autofree char *waits_in = NULL;
    g_autofree char *line = NULL;
    DccProc proc;

    if (!dcc_proc_read(pid, &proc))
        return g_strdup_printf("%" G_GINT64_FORMAT " gone", pid);
    waits_in = dcc_process_read_wait(pid);
    line = g_strdup_printf("%" G_GINT64_FORMAT " %s %c %s",
                           pid,
                           proc.comm,
                           proc.state,
                           waits_in != NULL ? waits_in : "-");
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
