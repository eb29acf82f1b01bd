/* What an ended application left of work and evidence.
 *
 * Contract: only in the life's own temporary directory, so that nothing of another life is ever
 * found; only regular files of ours that hold something, so that a link laid there leads nowhere.
 */
#include "dcc-common.h"
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_FILES 256

typedef struct {
    char *path;
    DccRescueKind kind;
    gint64 changed; /* nanoseconds */
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

static void
consider(GArray *found, DccCommonKindOf kind_of, const char *directory, const char *name)
{
    Found one = {NULL};
    struct stat st;

    if (!kind_of(name, &one.kind))
        return;
    one.path = g_build_filename(directory, name, NULL);
    if (lstat(one.path, &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
        st.st_size == 0) {
        g_free(one.path);
        return;
    }
    one.changed = (gint64)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
    g_array_append_val(found, one);
}

GListModel *
dcc_common_list_rescue_files(DccExitInfo *info, DccCommonKindOf kind_of)
{
    const char *directory = dcc_exit_info_get_temp_dir(info);
    g_autoptr(GListStore) list = g_list_store_new(DCC_TYPE_RESCUE_FILE);
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(Found));
    g_autoptr(GDir) dir = directory ? g_dir_open(directory, 0, NULL) : NULL;
    const char *name;

    g_array_set_clear_func(found, found_clear);
    while (dir && (name = g_dir_read_name(dir)) && found->len < MAX_FILES)
        consider(found, kind_of, directory, name);
    g_array_sort(found, newest_first);
    for (guint i = 0; i < found->len; i++) {
        const Found *one = &g_array_index(found, Found, i);
        g_autoptr(DccRescueFile) file = dcc_rescue_file_new(one->kind, one->path);

        g_list_store_append(list, file);
    }
    return G_LIST_MODEL(g_steal_pointer(&list));
}

char *
dcc_common_find_file(GListModel *files, DccRescueKind kind)
{
    for (guint i = 0; i < g_list_model_get_n_items(files); i++) {
        g_autoptr(DccRescueFile) file = g_list_model_get_item(files, i);

        if (dcc_rescue_file_get_kind(file) == kind)
            return g_filename_display_name(dcc_rescue_file_get_path(file));
    }
    return NULL;
}
