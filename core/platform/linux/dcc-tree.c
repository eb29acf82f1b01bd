/* A process tree as /proc tells; see the header.
 *
 * Threading: any. Cost: about 10 microseconds a process and 5 a thread. */
#include "dcc-tree.h"
#include "dcc-pidfd.h"
#include "dcc-process-scan.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

GArray *
dcc_tree_list_all(void)
{
    GArray *pids = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_autoptr(GDir) dir = g_dir_open("/proc", 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        guint64 number = 0;
        gint64 pid;

        if (!g_ascii_string_to_unsigned(name, 10, 1, G_MAXINT32, &number, NULL))
            continue;
        pid = (gint64)number;
        g_array_append_val(pids, pid);
    }
    return pids;
}

static char *
read_file(gint64 pid, const char *name, gsize *length)
{
    g_autofree char *path = g_strdup_printf("/proc/%" G_GINT64_FORMAT "/%s", pid, name);
    char *text = NULL;

    return g_file_get_contents(path, &text, length, NULL) ? text : NULL;
}

static gboolean
has_name(gint64 pid, const char *const *names)
{
    g_autofree char *comm = read_file(pid, "comm", NULL);

    if (comm == NULL)
        return FALSE;
    if (g_str_has_suffix(comm, "\n"))
        comm[strlen(comm) - 1] = '\0';
    for (; *names != NULL; names++)
        if (dcc_proc_has_name(comm, *names))
            return TRUE;
    return FALSE;
}

/* What ends without its NUL is ended by g_file_get_contents(). */
static gboolean
has_setting(gint64 pid, const char *setting)
{
    gsize length = 0;
    g_autofree char *environment = read_file(pid, "environ", &length);

    for (gsize at = 0; environment != NULL && at < length; at += strlen(environment + at) + 1)
        if (g_str_equal(environment + at, setting))
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

        if (has_name(pid, names) && has_setting(pid, setting))
            g_array_index(pids, gint64, kept++) = pid;
    }
    g_array_set_size(pids, kept);
    return pids;
}

/* -1 where it is not permitted. */
static gint64
read_io(gint64 pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%" G_GINT64_FORMAT "/io", pid);
    g_autofree char *text = NULL;
    gint64 read_bytes = 0;
    gint64 written = 0;

    if (!g_file_get_contents(path, &text, NULL, NULL) ||
        sscanf(
            text, "rchar: %" G_GINT64_FORMAT " wchar: %" G_GINT64_FORMAT, &read_bytes, &written) !=
            2)
        return -1;
    return read_bytes + written;
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
add(DccTreeSample *sample, const DccProc *proc)
{
    static long ticks;
    static long page;
    gint64 io;

    if (ticks == 0) {
        page = sysconf(_SC_PAGESIZE);
        ticks = sysconf(_SC_CLK_TCK);
    }
    if (!dcc_process_scan_is_living(proc))
        return;
    sample->cpu_us += (gint64)proc->cpu_ticks * G_USEC_PER_SEC / ticks;
    sample->rss_bytes += proc->rss_pages * page;
    sample->n_processes++;
    sample->digest ^= mix(proc);
    io = sample->io_bytes < 0 ? -1 : read_io(proc->pid);
    sample->io_bytes = io < 0 ? -1 : sample->io_bytes + io;
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
    sample.stopped = self.state == 'T' || self.state == 't';
    add(&sample, &self);
    list = list_descendants(root, &n);
    for (gsize i = 0; i < n; i++)
        add(&sample, &list[i]);
    return sample;
}

static char *
describe(gint64 pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%" G_GINT64_FORMAT "/wchan", pid);
    g_autofree char *wchan = NULL;
    g_autofree char *line = NULL;
    DccProc proc;

    if (!dcc_proc_read(pid, &proc))
        return g_strdup_printf("%" G_GINT64_FORMAT " gone", pid);
    if (!g_file_get_contents(path, &wchan, NULL, NULL) || *wchan == 0)
        g_clear_pointer(&wchan, g_free);
    line = g_strdup_printf("%" G_GINT64_FORMAT " %s %c %s",
                           pid,
                           proc.comm,
                           proc.state,
                           wchan != NULL ? g_strstrip(wchan) : "-");
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
