/* A process and all that descend from it, by a snapshot of all there are. Threading: any.
 *
 * One system call tells all of them, with what each has used: nobody's handle is needed. */
#include "dcc-tree.h"

#include "dcc-wide.h"

#include <windows.h>
/* after windows.h */
#include <winternl.h>

#define FIRST_BYTES   (256 * 1024)
#define MOST_BYTES    (64 * 1024 * 1024)
#define ROOM_FOR_MORE (64 * 1024)
#define TOO_SHORT     ((NTSTATUS)0xc0000004) /* STATUS_INFO_LENGTH_MISMATCH */

typedef struct {
    gint64 pid;
    gint64 parent;
    guint64 start;
    gint64 cpu_us;
    gint64 rss_bytes;
    gint64 peak_bytes;
    gint64 io_bytes;
    char *name;
} Row;

static void
clear_row(gpointer data)
{
    g_free(((Row *)data)->name);
}

static char *
copy_name(const UNICODE_STRING *name)
{
    g_autofree gunichar2 *wide = g_malloc0(name->Length + sizeof(gunichar2));

    if (name->Length > 0)
        memcpy(wide, name->Buffer, name->Length);
    return dcc_narrow(wide);
}

/* One that has ended and is still somebody's to ask has no thread any more; the idle process counts none. */
static void
add_row(GArray *rows, const SYSTEM_PROCESS_INFORMATION *info)
{
    Row row = {
        .pid = (gint64)(gintptr)info->UniqueProcessId,
        .parent = (gint64)(gintptr)info->InheritedFromUniqueProcessId,
        .start = (guint64)info->CreateTime.QuadPart,
        .cpu_us = (info->UserTime.QuadPart + info->KernelTime.QuadPart) / 10,
        .rss_bytes = (gint64)info->VirtualMemoryCounters.WorkingSetSize,
        .peak_bytes = (gint64)info->VirtualMemoryCounters.PeakWorkingSetSize,
        .io_bytes =
            (gint64)(info->IoCounters.ReadTransferCount + info->IoCounters.WriteTransferCount),
    };

    if (info->NumberOfThreads == 0 && row.pid != 0)
        return;
    row.name = copy_name(&info->ImageName);
    g_array_append_val(rows, row);
}

/* (transfer full): NULL where the system refuses. */
static char *
read_all(void)
{
    ULONG size = FIRST_BYTES, needed = 0;
    char *bytes = NULL;
    NTSTATUS status;

    do {
        bytes = g_realloc(bytes, size);
        status = NtQuerySystemInformation(SystemProcessInformation, bytes, size, &needed);
        if (status == TOO_SHORT)
            size = MAX(size * 2, needed + ROOM_FOR_MORE);
    } while (status == TOO_SHORT && size <= MOST_BYTES);
    if (status >= 0)
        return bytes;
    g_free(bytes);
    return NULL;
}

static GArray *
take_snapshot(void)
{
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(Row));
    g_autofree char *bytes = read_all();
    const char *at = bytes;
    gboolean more = at != NULL;

    g_array_set_clear_func(rows, clear_row);
    while (more) {
        const SYSTEM_PROCESS_INFORMATION *info = (gconstpointer)at;

        add_row(rows, info);
        more = info->NextEntryOffset != 0;
        at += info->NextEntryOffset;
    }
    return rows;
}

/* A parent that has ended may have given its number to one that is younger than its child. */
static gboolean
is_child_of(const Row *row, const Row *parent)
{
    return row->parent == parent->pid && row->pid != parent->pid && row->start >= parent->start;
}

static const Row *
find_row(GArray *rows, gint64 pid)
{
    for (guint i = 0; i < rows->len; i++)
        if (g_array_index(rows, Row, i).pid == pid)
            return &g_array_index(rows, Row, i);
    return NULL;
}

/* (transfer full) (element-type Row): they lie in rows; root first. */
static GPtrArray *
find_members(GArray *rows, gint64 root)
{
    GPtrArray *members = g_ptr_array_new();
    const Row *first = find_row(rows, root);

    if (first != NULL)
        g_ptr_array_add(members, (gpointer)first);
    for (guint at = 0; at < members->len; at++)
        for (guint i = 0; i < rows->len; i++) {
            Row *row = &g_array_index(rows, Row, i);

            if (is_child_of(row, g_ptr_array_index(members, at)) &&
                !g_ptr_array_find(members, row, NULL))
                g_ptr_array_add(members, row);
        }
    return members;
}

GArray *
dcc_tree_list(gint64 root)
{
    g_autoptr(GArray) rows = take_snapshot();
    g_autoptr(GPtrArray) members = find_members(rows, root);
    GArray *pids = g_array_new(FALSE, FALSE, sizeof(gint64));

    for (guint i = 0; i < members->len; i++)
        g_array_append_val(pids, ((Row *)g_ptr_array_index(members, i))->pid);
    return pids;
}

GArray *
dcc_tree_list_all(void)
{
    g_autoptr(GArray) rows = take_snapshot();
    GArray *pids = g_array_new(FALSE, FALSE, sizeof(gint64));

    for (guint i = 0; i < rows->len; i++)
        g_array_append_val(pids, g_array_index(rows, Row, i).pid);
    return pids;
}

/* Another process's environment is not told here. */
GArray *
dcc_tree_find(const char *const *names, const char *setting)
{
    return g_array_new(FALSE, FALSE, sizeof(gint64));
}

static guint64
mix(const Row *row)
{
    guint64 x = (guint64)row->pid * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15) ^ row->start;

    x ^= x >> 31;
    x *= G_GUINT64_CONSTANT(0xbf58476d1ce4e5b9);
    return x ^ (x >> 29);
}

DccTreeSample
dcc_tree_sample(gint64 root)
{
    g_autoptr(GArray) rows = take_snapshot();
    g_autoptr(GPtrArray) members = find_members(rows, root);
    DccTreeSample sample = {0};

    for (guint i = 0; i < members->len; i++) {
        const Row *row = g_ptr_array_index(members, i);

        sample.n_processes++;
        sample.digest ^= mix(row);
        sample.cpu_us += row->cpu_us;
        sample.rss_bytes += row->rss_bytes;
        sample.io_bytes += row->io_bytes;
    }
    sample.valid = sample.n_processes > 0;
    return sample;
}

char **
dcc_tree_describe(const gint64 *pids, guint n)
{
    g_autoptr(GArray) rows = take_snapshot();
    char **lines = g_new0(char *, n + 1);

    for (guint i = 0; i < n; i++) {
        const Row *row = find_row(rows, pids[i]);

        lines[i] =
            g_strdup_printf("%" G_GINT64_FORMAT " %s", pids[i], row != NULL ? row->name : "gone");
    }
    return lines;
}

gint64
dcc_tree_peak(gint64 root)
{
    g_autoptr(GArray) rows = take_snapshot();
    g_autoptr(GPtrArray) members = find_members(rows, root);
    gint64 peak = -1;

    for (guint i = 0; i < members->len; i++)
        peak = MAX(peak, ((Row *)g_ptr_array_index(members, i))->peak_bytes);
    return peak;
}
