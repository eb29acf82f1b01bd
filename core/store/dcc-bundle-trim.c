/* Evidence and work kept within limits.
 *
 * Order: first the evidence of old crashes (log, reports, figures), the oldest first; only when
 * that is not enough, old work. What belongs to the newest crash stays whatever it takes, and so
 * does the file that somebody may be about to go on from.
 *
 * A bundle's reports are the same files as those in the rescue directory (hard links), so both
 * names go, and their bytes are counted once. What a crash brought into the rescue directory begins
 * with the first letters of its run; what has other names, a copy that a stop made, is the
 * artist's and is not counted. Threading: one thread at a time for one directory. */
#include "dcc-bundle.h"

#include "dcc-file-facts.h"

#include <glib/gstdio.h>
#include <string.h>

#define RUN_LENGTH 8

typedef struct {
    char *path;
    char run[RUN_LENGTH + 1];
    guint64 bytes;
    gint64 changed;
} Item;

static void
item_clear(gpointer data)
{
    g_free(((Item *)data)->path);
}

static GArray *
items_new(void)
{
    GArray *items = g_array_new(FALSE, FALSE, sizeof(Item));

    g_array_set_clear_func(items, item_clear);
    return items;
}

static guint64
count_bytes(const char *dir)
{
    g_autoptr(GDir) entries = g_dir_open(dir, 0, NULL);
    const char *name;
    guint64 bytes = 0;

    while (entries != NULL && (name = g_dir_read_name(entries)) != NULL) {
        g_autofree char *path = g_build_filename(dir, name, NULL);
        DccFileFacts facts;

        if (dcc_file_facts_read(path, &facts))
            bytes += (guint64)facts.size;
    }
    return bytes;
}

/* The oldest first. */
static GArray *
list_bundles(const char *crashes)
{
    g_autoptr(GPtrArray) names = dcc_bundle_list(crashes);
    GArray *items = items_new();

    for (guint i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i), *run;
        Item item = {.path = g_build_filename(crashes, name, NULL)};

        dcc_bundle_is_name(name, &run);
        memcpy(item.run, run, RUN_LENGTH);
        item.bytes = count_bytes(item.path);
        g_array_append_val(items, item);
    }
    return items;
}

static gboolean
is_of_a_crash(const char *name)
{
    for (guint i = 0; i < RUN_LENGTH; i++)
        if (!g_ascii_isxdigit(name[i]))
            return FALSE;
    return name[RUN_LENGTH] == '-';
}

/* Also in one of the bundles: then it is evidence, and no work. */
static gboolean
is_evidence(GArray *bundles, const char *name)
{
    for (guint i = 0; i < bundles->len; i++) {
        const Item *bundle = &g_array_index(bundles, Item, i);
        g_autofree char *twin = g_build_filename(bundle->path, name + RUN_LENGTH + 1, NULL);

        if (strncmp(bundle->run, name, RUN_LENGTH) == 0 && g_access(twin, F_OK) == 0)
            return TRUE;
    }
    return FALSE;
}

static int
oldest_first(gconstpointer a, gconstpointer b)
{
    const Item *one = a, *other = b;

    return (one->changed > other->changed) - (one->changed < other->changed);
}

static GArray *
list_work(const char *rescue, GArray *bundles)
{
    GArray *items = items_new();
    g_autoptr(GDir) dir = g_dir_open(rescue, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(rescue, name, NULL);
        Item item = {.path = NULL};
        DccFileFacts facts;

        if (!is_of_a_crash(name) || !dcc_file_facts_read(path, &facts) ||
            facts.kind != DCC_FILE_REGULAR || is_evidence(bundles, name))
            continue;
        memcpy(item.run, name, RUN_LENGTH);
        item.path = g_steal_pointer(&path);
        item.bytes = (guint64)facts.size;
        item.changed = facts.mtime_ns;
        g_array_append_val(items, item);
    }
    g_array_sort(items, oldest_first);
    return items;
}

static guint64
sum(GArray *items)
{
    guint64 bytes = 0;

    for (guint i = 0; i < items->len; i++)
        bytes += g_array_index(items, Item, i).bytes;
    return bytes;
}

static void
remove_bundle(const Item *bundle, const char *rescue)
{
    g_autoptr(GDir) dir = g_dir_open(bundle->path, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *twin = g_strdup_printf("%s/%s-%s", rescue, bundle->run, name);

        g_unlink(twin);
    }
    dcc_safe_dir_remove(bundle->path);
}

gboolean
dcc_bundle_has_work(const char *crashes, const char *rescue)
{
    g_autoptr(GArray) bundles = list_bundles(crashes);
    g_autoptr(GDir) dir = g_dir_open(rescue, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
        if (!is_of_a_crash(name) || !is_evidence(bundles, name))
            return TRUE;
    return FALSE;
}

void
dcc_bundle_trim(
    const char *crashes, const char *rescue, guint max_count, guint64 max_bytes, const char *keep)
{
    g_autoptr(GArray) bundles = list_bundles(crashes);
    g_autoptr(GArray) work = list_work(rescue, bundles);
    guint64 bytes = sum(bundles) + sum(work);
    guint left = bundles->len;
    const char *newest;

    if (bundles->len == 0)
        return;
    newest = g_array_index(bundles, Item, bundles->len - 1).run;
    for (guint i = 0; left > 1 && (left > max_count || bytes > max_bytes); i++, left--) {
        const Item *bundle = &g_array_index(bundles, Item, i);

        remove_bundle(bundle, rescue);
        bytes -= bundle->bytes;
    }
    for (guint i = 0; i < work->len && bytes > max_bytes; i++) {
        const Item *item = &g_array_index(work, Item, i);

        if (strcmp(item->run, newest) == 0 || g_strcmp0(item->path, keep) == 0)
            continue;
        if (g_unlink(item->path) == 0)
            bytes -= item->bytes;
    }
}
