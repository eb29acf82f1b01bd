/* Removing the state of instances that have ended and will not come again: attempts of a farm's tasks,
 * each of which has a name of its own.
 *
 * Contract: what goes has said of itself how long it is to be kept (keep-state); it has ended, and
 * nobody holds its name while it goes; nothing that an artist may want is in it. Threading: any; waits for the
 * disk.
 */
#include "dcc-instance.h"

#include "dcc-bundle.h"
#include "dcc-file-facts.h"
#include "dcc-host-mark.h"
#include "dcc-instance-dir.h"
#include "dcc-json.h"
#include "dcc-settings.h"
#include <string.h>

/* So often the directory is gone through: listing it for each of a thousand tasks would cost more than
 * the tasks. */
#define PERIOD_US (G_GINT64_CONSTANT(3600) * G_USEC_PER_SEC)
#define STAMP     ".old-state-removed"
/* Whatever their age: for `why` to answer, and against a rush of short tasks. */
#define KEPT_AT_LEAST 100
#define KEPT_AT_MOST  2000

typedef struct {
    char *name;
    char *path;
    gint64 keep_us;
    gint64 ended_us; /* wall clock */
} Old;

static void
old_clear(gpointer data)
{
    Old *self = data;

    g_free(self->name);
    g_free(self->path);
}

static gint64
read_keep_us(const char *last_path)
{
    g_autoptr(DccLastRecord) last = dcc_last_record_read(last_path, NULL);
    JsonObject *settings = last != NULL && last->request != NULL
                               ? dcc_json_get_object(last->request, "settings")
                               : NULL;
    const char *text = settings != NULL ? dcc_json_get_string(settings, "keep-state", NULL) : NULL;
    gint64 ms = 0;

    return text != NULL && dcc_duration_parse(text, &ms, NULL) ? ms * 1000 : 0;
}

/* One that is this machine's, has ended, and is not to be kept for ever. */
static gboolean
read_old(Old *self, DccRuntime *runtime, const char *entry)
{
    const char *base = dcc_runtime_get_state_path(runtime);
    const char *live = dcc_runtime_get_path(runtime);
    g_autofree char *name = dcc_host_mark_get_name(entry);
    g_autofree char *path = g_build_filename(base, entry, NULL);
    g_autofree char *last = g_build_filename(path, DCC_INSTANCE_DIR_LAST, NULL);
    g_autofree char *ours = name != NULL ? dcc_host_mark_find(base, live, name) : NULL;
    DccFileFacts facts;
    gint64 keep_us;

    if (g_strcmp0(ours, path) != 0 || !dcc_file_facts_read(last, &facts))
        return FALSE;
    keep_us = read_keep_us(last);
    *self = (Old){.keep_us = keep_us, .ended_us = facts.mtime_ns / 1000};
    if (keep_us <= 0)
        return FALSE;
    self->name = g_steal_pointer(&name);
    self->path = g_steal_pointer(&path);
    return TRUE;
}

static int
newest_first(gconstpointer a, gconstpointer b)
{
    const Old *one = a, *other = b;

    return (one->ended_us < other->ended_us) - (one->ended_us > other->ended_us);
}

static GArray *
list_old(DccRuntime *runtime)
{
    GArray *list = g_array_new(FALSE, FALSE, sizeof(Old));
    g_autoptr(GDir) dir = g_dir_open(dcc_runtime_get_state_path(runtime), 0, NULL);
    const char *entry;
    Old old;

    g_array_set_clear_func(list, old_clear);
    while (dir != NULL && (entry = g_dir_read_name(dir)) != NULL)
        if (read_old(&old, runtime, entry))
            g_array_append_val(list, old);
    g_array_sort(list, newest_first);
    return list;
}

static gboolean
has_work(const Old *old)
{
    g_autofree char *crashes = g_build_filename(old->path, DCC_BUNDLE_DIR, NULL);
    g_autofree char *rescue = g_build_filename(old->path, "rescue", NULL);

    return dcc_bundle_has_work(crashes, rescue);
}

/* Both locks are taken, as a start of this name would. */
static gboolean
remove_state(DccRuntime *runtime, const Old *old)
{
    g_autofree char *live = g_build_filename(dcc_runtime_get_path(runtime), old->name, NULL);
    g_autoptr(DccInstanceDir) dir = NULL;
    gboolean removed;

    if (g_file_test(live, G_FILE_TEST_EXISTS))
        return FALSE;
    dir = dcc_instance_dir_open(runtime, old->name, TRUE, NULL);
    if (dir == NULL || !dcc_instance_dir_lock_name(dir, NULL) ||
        !dcc_instance_dir_lock_session(dir, NULL))
        return FALSE;
    removed = g_strcmp0(dcc_instance_dir_get_state_dir(dir), old->path) == 0 && !has_work(old);
    if (removed)
        dcc_safe_dir_remove(old->path);
    dcc_instance_dir_dissolve(dir);
    return removed;
}

static gboolean
is_due(DccRuntime *runtime, gint64 now)
{
    g_autofree char *stamp = g_build_filename(dcc_runtime_get_state_path(runtime), STAMP, NULL);
    DccFileFacts facts;

    if (dcc_file_facts_read(stamp, &facts) && facts.mtime_ns / 1000 <= now &&
        facts.mtime_ns / 1000 > now - PERIOD_US)
        return FALSE;
    return g_file_set_contents(stamp, "", 0, NULL);
}

/**
 * dcc_instance_remove_old:
 * @runtime: the directories
 *
 * Removes the state of instances of this machine that have ended and were launched with a `keep-state`:
 * those whose end is longer ago than that, but for the newest 100, and those beyond the newest 2,000. What
 * holds rescued work stays. Does so once an hour at most, whoever calls.
 *
 * Returns: how many were removed
 *
 * Since: 1.1
 */
guint
dcc_instance_remove_old(DccRuntime *runtime)
{
    gint64 now = g_get_real_time();
    g_autoptr(GArray) list = NULL;
    guint n_removed = 0;

    g_return_val_if_fail(DCC_IS_RUNTIME(runtime), 0);
    if (!is_due(runtime, now))
        return 0;
    list = list_old(runtime);
    for (guint i = KEPT_AT_LEAST; i < list->len; i++) {
        const Old *old = &g_array_index(list, Old, i);

        if ((old->ended_us < now - old->keep_us || i >= KEPT_AT_MOST) && !has_work(old) &&
            remove_state(runtime, old))
            n_removed++;
    }
    return n_removed;
}
