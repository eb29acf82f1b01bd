/* A process and all that descend from it, by a snapshot of all there are. Threading: any. */
#include "dcc-tree.h"

#include "dcc-handle.h"
#include "dcc-process-look.h"
#include "dcc-wide.h"

#include <windows.h>
/* after windows.h */
#include <psapi.h>
#include <tlhelp32.h>

typedef struct {
    gint64 pid;
    gint64 parent;
    guint64 start; /* 0: not known */
    char *name;
} Row;

static void
clear_row(gpointer data)
{
    g_free(((Row *)data)->name);
}

static GArray *
take_snapshot(void)
{
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(Row));
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    PROCESSENTRY32W entry = {.dwSize = sizeof entry};

    g_array_set_clear_func(rows, clear_row);
    if (snapshot == INVALID_HANDLE_VALUE)
        return rows;
    for (BOOL more = Process32FirstW(snapshot, &entry); more;
         more = Process32NextW(snapshot, &entry)) {
        Row row = {entry.th32ProcessID,
                   entry.th32ParentProcessID,
                   dcc_identity_read_start(entry.th32ProcessID),
                   dcc_narrow((const gunichar2 *)entry.szExeFile)};

        g_array_append_val(rows, row);
    }
    CloseHandle(snapshot);
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

static gint64
join(FILETIME time)
{
    return (gint64)(((guint64)time.dwHighDateTime << 32) | time.dwLowDateTime);
}

static guint64
mix(const Row *row)
{
    guint64 x = (guint64)row->pid * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15) ^ row->start;

    x ^= x >> 31;
    x *= G_GUINT64_CONSTANT(0xbf58476d1ce4e5b9);
    return x ^ (x >> 29);
}

static void
add(DccTreeSample *sample, const Row *row)
{
    DccProcessRef process = dcc_process_ref_open(row->pid, NULL);
    PROCESS_MEMORY_COUNTERS memory = {.cb = sizeof memory};
    FILETIME created, exited, kernel, user;
    IO_COUNTERS io;
    HANDLE handle;

    if (process == DCC_PROCESS_REF_NONE)
        return;
    handle = dcc_handle_from_number(process);
    if (!dcc_process_ref_has_ended(process)) {
        sample->n_processes++;
        sample->digest ^= mix(row);
        if (GetProcessTimes(handle, &created, &exited, &kernel, &user))
            sample->cpu_us += (join(kernel) + join(user)) / 10;
        if (GetProcessMemoryInfo(handle, &memory, sizeof memory))
            sample->rss_bytes += (gint64)memory.WorkingSetSize;
        if (sample->io_bytes >= 0)
            sample->io_bytes =
                GetProcessIoCounters(handle, &io)
                    ? sample->io_bytes + (gint64)(io.ReadTransferCount + io.WriteTransferCount)
                    : -1;
    }
    dcc_process_ref_close(&process);
}

DccTreeSample
dcc_tree_sample(gint64 root)
{
    g_autoptr(GArray) rows = take_snapshot();
    g_autoptr(GPtrArray) members = find_members(rows, root);
    DccTreeSample sample = {0};

    for (guint i = 0; i < members->len; i++)
        add(&sample, g_ptr_array_index(members, i));
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
    g_autoptr(GArray) pids = dcc_tree_list(root);
    gint64 peak = -1;

    for (guint i = 0; i < pids->len; i++) {
        DccProcessRef process = dcc_process_ref_open(g_array_index(pids, gint64, i), NULL);
        g_auto(DccProcessLook) look = {.peak = -1};

        if (process != DCC_PROCESS_REF_NONE)
            dcc_process_look_take(&look, process);
        dcc_process_ref_close(&process);
        peak = MAX(peak, look.peak);
    }
    return peak;
}
