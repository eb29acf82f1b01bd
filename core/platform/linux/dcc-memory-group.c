/* Memory groups are cgroups; see the header.
 *
 * Version 2 has one tree and files of its own; version 1 a tree for memory. A machine may have both
 * mounted: then memory is counted in the one that has the files. */
#include "dcc-memory-group.h"

#include <string.h>

typedef struct {
    const char *mark; /* of its line in /proc/PID/cgroup: what stands between the colons */
    const char *tree; /* below the root */
    const char *events;
    const char *peak;
    const char *limit;
} Version;

static const Version versions[] = {
    {"", "", "memory.events", "memory.peak", "memory.max"},
    {"memory",
     "memory",
     "memory.oom_control",
     "memory.max_usage_in_bytes",
     "memory.limit_in_bytes"},
};

/* Version 1 writes "no limit" as the largest number of whole pages. */
#define NO_LIMIT (G_GINT64_CONSTANT(1) << 62)

/* (transfer full): the group's path in this version's tree; NULL: it is in none. */
static char *
find_path(const Version *version, const char *membership)
{
    g_auto(GStrv) lines = g_strsplit(membership, "\n", -1);

    for (char **line = lines; *line != NULL; line++) {
        g_auto(GStrv) parts = g_strsplit(*line, ":", 3);
        g_auto(GStrv) controllers = NULL;

        if (g_strv_length(parts) != 3)
            continue;
        controllers = g_strsplit(parts[1], ",", -1);
        if (version->mark[0] == '\0'
                ? parts[1][0] == '\0'
                : g_strv_contains((const char *const *)controllers, version->mark))
            return g_strdup(parts[2]);
    }
    return NULL;
}

static char *
read_file(const char *dir, const char *name)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    char *text = NULL;

    return g_file_get_contents(path, &text, NULL, NULL) ? text : NULL;
}

static gint64
read_number(const char *dir, const char *name)
{
    g_autofree char *text = read_file(dir, name);
    char *end = NULL;
    guint64 value;

    if (text == NULL)
        return -1;
    value = g_ascii_strtoull(text, &end, 10);
    return end != text && value < (guint64)NO_LIMIT ? (gint64)value : -1;
}

/* FALSE: there is no such file or no such line. */
static gboolean
read_kills(const char *dir, const char *name, guint64 *kills)
{
    static const char word[] = "oom_kill ";
    g_autofree char *text = read_file(dir, name);

    for (const char *line = text; line != NULL && *line != '\0';) {
        const char *end = strchr(line, '\n');

        if (g_str_has_prefix(line, word)) {
            *kills = g_ascii_strtoull(line + strlen(word), NULL, 10);
            return TRUE;
        }
        line = end != NULL ? end + 1 : NULL;
    }
    return FALSE;
}

void
dcc_memory_group_read_at(DccMemoryGroup *self, const char *membership, const char *root)
{
    *self = (DccMemoryGroup){.peak_bytes = -1, .limit_bytes = -1};
    for (guint i = 0; i < G_N_ELEMENTS(versions); i++) {
        g_autofree char *path = find_path(&versions[i], membership);
        g_autofree char *dir =
            path != NULL ? g_build_filename(root, versions[i].tree, path, NULL) : NULL;

        if (dir == NULL || !read_kills(dir, versions[i].events, &self->kills))
            continue;
        self->known = TRUE;
        self->peak_bytes = read_number(dir, versions[i].peak);
        self->limit_bytes = read_number(dir, versions[i].limit);
        return;
    }
}

void
dcc_memory_group_read(DccMemoryGroup *self)
{
    g_autofree char *membership = NULL;

    if (!g_file_get_contents("/proc/self/cgroup", &membership, NULL, NULL))
        membership = g_strdup("");
    dcc_memory_group_read_at(self, membership, "/sys/fs/cgroup");
}
