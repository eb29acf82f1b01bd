/* What an ended application left of work and evidence.
 *
 * Contract: only regular files of the user's own that hold something, so that a link laid there
 * leads nowhere; each once, also where two places are one; newest first. Threading: the caller's
 * thread; reads directories.
 */
#include "dcc-kit-files.h"
#include "dcc-file-facts.h"

#include <string.h>

#define MAX_FILES 256

struct _DccKitFiles {
    GArray *found; /* of Found */
};

typedef struct {
    char *path;
    DccRescueKind kind;
    gint64 changed; /* nanoseconds since 1970 */
    guint64 device;
    guint64 inode;
} Found;

static void
found_clear(gpointer data)
{
    g_free(((Found *)data)->path);
}

static int
newest_first(gconstpointer a, gconstpointer b)
{
    const Found *one = a, *other = b;

    if (one->changed != other->changed)
        return one->changed < other->changed ? 1 : -1;
    return strcmp(one->path, other->path);
}

/**
 * dcc_kit_files_new:
 *
 * Returns: (transfer full): nothing found yet
 *
 * Since: 1.1
 */
DccKitFiles *
dcc_kit_files_new(void)
{
    DccKitFiles *self = g_new0(DccKitFiles, 1);

    self->found = g_array_new(FALSE, FALSE, sizeof(Found));
    g_array_set_clear_func(self->found, found_clear);
    return self;
}

/**
 * dcc_kit_files_free:
 * @self: (nullable) (transfer full): files found so far
 *
 * Gives up what was found.
 *
 * Since: 1.1
 */
void
dcc_kit_files_free(DccKitFiles *self)
{
    if (!self)
        return;
    g_array_unref(self->found);
    g_free(self);
}

static gboolean
has(DccKitFiles *self, const DccFileFacts *facts)
{
    for (guint i = 0; i < self->found->len; i++) {
        const Found *one = &g_array_index(self->found, Found, i);

        if (one->device == facts->device && one->inode == facts->inode)
            return TRUE;
    }
    return FALSE;
}

/**
 * dcc_kit_files_add:
 * @self: files found so far
 * @kind: what it is
 * @path: (type filename): an absolute path
 * @since: microseconds since 1970: what was changed before is of an earlier run; 0: any
 *
 * Adds a file, where there is one: regular, of the user's own, and not empty.
 *
 * Since: 1.1
 */
void
dcc_kit_files_add(DccKitFiles *self, DccRescueKind kind, const char *path, gint64 since)
{
    DccFileFacts facts;
    Found one = {.kind = kind};

    g_return_if_fail(self != NULL && path != NULL);

    if (self->found->len >= MAX_FILES || !g_path_is_absolute(path) ||
        !dcc_file_facts_read(path, &facts) || facts.kind != DCC_FILE_REGULAR || !facts.is_ours ||
        facts.size == 0 || has(self, &facts))
        return;
    one.changed = facts.mtime_ns;
    if (one.changed / 1000 < since)
        return;
    one.path = g_strdup(path);
    one.device = facts.device;
    one.inode = facts.inode;
    g_array_append_val(self->found, one);
}

/**
 * dcc_kit_files_look:
 * @self: files found so far
 * @directory: (type filename) (nullable): where to look; %NULL: nowhere
 * @since: microseconds since 1970: what was changed before is of an earlier run; 0: any
 * @kind_of: (scope call): tells what a file of a name is
 * @data: handed to @kind_of
 *
 * Adds the files of a directory, as dcc_kit_files_add() does. Directories below it are left out.
 *
 * Since: 1.1
 */
void
dcc_kit_files_look(
    DccKitFiles *self, const char *directory, gint64 since, DccKitKindOf kind_of, gpointer data)
{
    g_autoptr(GDir) dir = directory ? g_dir_open(directory, 0, NULL) : NULL;
    const char *name;

    g_return_if_fail(self != NULL && kind_of != NULL);

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(directory, name, NULL);
        DccRescueKind kind;

        if (kind_of(name, &kind, data))
            dcc_kit_files_add(self, kind, path, since);
    }
}

/**
 * dcc_kit_files_end:
 * @self: files found; what is left of it is to be freed
 *
 * Returns: (transfer full): the list of #DccRescueFile, newest first
 *
 * Since: 1.1
 */
GListModel *
dcc_kit_files_end(DccKitFiles *self)
{
    g_autoptr(GListStore) list = g_list_store_new(DCC_TYPE_RESCUE_FILE);

    g_return_val_if_fail(self != NULL, NULL);

    g_array_sort(self->found, newest_first);
    for (guint i = 0; i < self->found->len; i++) {
        const Found *one = &g_array_index(self->found, Found, i);
        g_autoptr(DccRescueFile) file = dcc_rescue_file_new(one->kind, one->path);

        g_list_store_append(list, file);
    }
    return G_LIST_MODEL(g_steal_pointer(&list));
}

/**
 * dcc_kit_find_file:
 * @files: a list of #DccRescueFile
 * @kind: what to look for
 *
 * Returns: (transfer full) (nullable): the first one's path, made fit for people
 *
 * Since: 1.1
 */
char *
dcc_kit_find_file(GListModel *files, DccRescueKind kind)
{
    for (guint i = 0; i < g_list_model_get_n_items(files); i++) {
        g_autoptr(DccRescueFile) file = g_list_model_get_item(files, i);

        if (dcc_rescue_file_get_kind(file) == kind)
            return g_filename_display_name(dcc_rescue_file_get_path(file));
    }
    return NULL;
}
