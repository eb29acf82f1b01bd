/* Counting processes, by a snapshot of all there are. Descriptors are not counted on Windows: its own libraries open and
 * close handles as they please. Nor is another process's environment told: those that descend from the test stand for those
 * that carry its mark. */
#include "dcc-test.h"

#include <string.h>

#include <windows.h>
/* after windows.h */
#include <tlhelp32.h>

#define MOST_LEVELS 50

typedef struct {
    DWORD pid;
    DWORD parent;
    char name[64];
} Row;

guint
dcc_test_count_fds(void)
{
    return 0;
}

char *
dcc_test_list_fds(void)
{
    return g_strdup("");
}

guint
dcc_test_count_zombies(void)
{
    return 0;
}

static GArray *
take_snapshot(void)
{
    GArray *rows = g_array_new(FALSE, TRUE, sizeof(Row));
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    PROCESSENTRY32 entry = {.dwSize = sizeof entry};

    g_assert_true(snapshot != INVALID_HANDLE_VALUE);
    for (BOOL more = Process32First(snapshot, &entry); more;
         more = Process32Next(snapshot, &entry)) {
        Row row = {.pid = entry.th32ProcessID, .parent = entry.th32ParentProcessID};

        g_strlcpy(row.name, entry.szExeFile, sizeof row.name);
        g_array_append_val(rows, row);
    }
    CloseHandle(snapshot);
    return rows;
}

static const Row *
find(GArray *rows, DWORD pid)
{
    for (guint i = 0; i < rows->len; i++)
        if (g_array_index(rows, Row, i).pid == pid)
            return &g_array_index(rows, Row, i);
    return NULL;
}

/* What gives a program its console, its desktop and its services is started by the system, on behalf of the first that
 * wants it. */
static gboolean
is_of_system(const Row *row)
{
    static const char *const names[] = {"conhost.exe", "explorer.exe", "services.exe", NULL};

    return g_strv_contains(names, row->name);
}

static gboolean
is_ours(GArray *rows, const Row *row)
{
    const Row *at = row;

    for (guint i = 0; at != NULL && !is_of_system(at) && i < MOST_LEVELS; i++) {
        if (at->parent == GetCurrentProcessId())
            return TRUE;
        at = find(rows, at->parent);
    }
    return FALSE;
}

static char *
list(guint *n)
{
    g_autoptr(GArray) rows = take_snapshot();
    GString *text = g_string_new(NULL);

    *n = 0;
    for (guint i = 0; i < rows->len; i++) {
        const Row *row = &g_array_index(rows, Row, i);

        if (!is_ours(rows, row))
            continue;
        ++*n;
        g_string_append_printf(text, "%lu %s\n", (unsigned long)row->pid, row->name);
    }
    return g_string_free(text, FALSE);
}

guint
dcc_test_count_descendants(void)
{
    guint n;

    g_free(list(&n));
    return n;
}

guint
dcc_test_count_processes(const char *key, const char *value)
{
    return dcc_test_count_descendants();
}

char *
dcc_test_list_processes(const char *key, const char *value)
{
    guint n;

    return list(&n);
}
