/* Counting processes and descriptors, by /proc. Nothing here signals anybody. */
#include "dcc-test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* GLib keeps these for itself once they are used: wake-ups of its loops and threads, file monitors.
 * A module that was loaded keeps the copy of its file, one for the life of the process. */
static gboolean
is_kept(const char *target)
{
    return strcmp(target, "anon_inode:[eventfd]") == 0 ||
           strcmp(target, "anon_inode:inotify") == 0 || g_str_has_prefix(target, "/memfd:dcchost-");
}

static GPtrArray *
find_fds(void)
{
    GPtrArray *fds = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = g_dir_open("/proc/self/fd", 0, NULL);
    const char *name;

    g_assert_nonnull(dir);
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename("/proc/self/fd", name, NULL);
        g_autofree char *target = g_file_read_link(path, NULL);
        g_autofree char *self = g_strdup_printf("/proc/%d/fd", (int)getpid());

        /* The directory that is being read is one of them. */
        if (target && strcmp(target, self) != 0 && !is_kept(target))
            g_ptr_array_add(fds, g_strdup_printf("%s %s", name, target));
    }
    return fds;
}

guint
dcc_test_count_fds(void)
{
    g_autoptr(GPtrArray) fds = find_fds();

    return fds->len;
}

char *
dcc_test_list_fds(void)
{
    g_autoptr(GPtrArray) fds = find_fds();

    g_ptr_array_add(fds, NULL);
    return g_strjoinv("\n", (char **)fds->pdata);
}

typedef void (*EachProcess)(int pid, gpointer data);

/* Newest first: who forks and exits all the time is gone before a slow look comes to the end of the
 * list. */
static void
for_each_process(EachProcess each, gpointer data)
{
    g_autoptr(GDir) dir = g_dir_open("/proc", 0, NULL);
    g_autoptr(GArray) pids = g_array_new(FALSE, FALSE, sizeof(int));
    const char *name;

    g_assert_nonnull(dir);
    while ((name = g_dir_read_name(dir)))
        if (g_ascii_isdigit(*name)) {
            int pid = atoi(name);
            g_array_append_val(pids, pid);
        }
    for (guint i = pids->len; i > 0; i--)
        each(g_array_index(pids, int, i - 1), data);
}

/* FALSE when it is gone. The name may hold anything, so the fields are read behind its last
 * parenthesis. */
static gboolean
read_stat(int pid, char *state, int *parent)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", pid);
    g_autofree char *text = NULL;
    const char *end;

    if (!g_file_get_contents(path, &text, NULL, NULL) || !(end = strrchr(text, ')')))
        return FALSE;
    return sscanf(end + 1, " %c %d", state, parent) == 2;
}

static void
count_zombie(int pid, gpointer data)
{
    char state;
    int parent;

    if (read_stat(pid, &state, &parent) && parent == getpid() && state == 'Z')
        ++*(guint *)data;
}

guint
dcc_test_count_zombies(void)
{
    guint n = 0;

    for_each_process(count_zombie, &n);
    return n;
}

static void
count_descendant(int pid, gpointer data)
{
    char state, other;
    int parent;

    if (!read_stat(pid, &state, &parent) || state == 'Z' || state == 'X')
        return;
    while (parent > 1 && parent != getpid())
        if (!read_stat(parent, &other, &parent))
            return;
    if (parent == getpid())
        ++*(guint *)data;
}

guint
dcc_test_count_descendants(void)
{
    guint n = 0;

    for_each_process(count_descendant, &n);
    return n;
}

static gboolean
has_setting(int pid, const char *setting)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/environ", pid);
    g_autofree char *text = NULL;
    gsize length, size = strlen(setting) + 1;

    if (!g_file_get_contents(path, &text, &length, NULL))
        return FALSE;
    for (const char *at = text; at < text + length; at += strlen(at) + 1)
        if ((gsize)(text + length - at) >= size - 1 && strcmp(at, setting) == 0)
            return TRUE;
    return FALSE;
}

typedef struct {
    char *setting;
    GString *list;
    guint n;
} Carriers;

static void
list_carrier(int pid, gpointer data)
{
    Carriers *carriers = data;
    g_autofree char *path = g_strdup_printf("/proc/%d/cmdline", pid);
    g_autofree char *command = NULL;
    gsize length = 0;
    char state;
    int parent;

    if (pid == getpid() || !has_setting(pid, carriers->setting))
        return;
    if (!read_stat(pid, &state, &parent) || state == 'Z' || state == 'X')
        return;
    if (g_file_get_contents(path, &command, &length, NULL))
        for (gsize i = 0; i + 1 < length; i++)
            if (command[i] == '\0')
                command[i] = ' ';
    g_string_append_printf(carriers->list, "%d %s\n", pid, command ? command : "?");
    carriers->n++;
}

static Carriers
find_carriers(const char *key, const char *value)
{
    Carriers carriers = {g_strdup_printf("%s=%s", key, value), g_string_new(NULL), 0};

    for_each_process(list_carrier, &carriers);
    g_free(carriers.setting);
    return carriers;
}

guint
dcc_test_count_processes(const char *key, const char *value)
{
    Carriers carriers = find_carriers(key, value);

    g_string_free(carriers.list, TRUE);
    return carriers.n;
}

char *
dcc_test_list_processes(const char *key, const char *value)
{
    return g_string_free(find_carriers(key, value).list, FALSE);
}
