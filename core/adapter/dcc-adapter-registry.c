/* The adapters of this process.
 *
 * Contract: a file that is refused is a line in the list, never an error of the whole. A file is
 * looked at once; dcc_adapter_registry_load_file() looks again. A directory that another user
 * could have put into $DCCHOST_ADAPTER_PATH of a setuid program is not searched. Threading: one
 * thread.
 */
#include "dcc-adapter-registry.h"
#include "dcc-adapter-private.h"
#include "dcc-adapter-record-private.h"
#include "dcc-error.h"
#include "dcc-installed.h"
#include "dcc-module-loader.h"
#include "dcc-own-process.h"
#include "dcc-spelling.h"
#include <string.h>

struct _DccAdapterRegistry {
    GObject parent_instance;
    GPtrArray *records; /* of DccAdapterRecord, in the order they came */
};

/**
 * DccAdapterRegistry:
 *
 * The adapters of this process: modules found along the search path, and those that the program
 * adds itself. A file that is refused is a line in its list, never an error of the whole.
 *
 * Since: 1.0
 */
G_DEFINE_TYPE(DccAdapterRegistry, dcc_adapter_registry, G_TYPE_OBJECT)

static void
dcc_adapter_registry_finalize(GObject *object)
{
    g_ptr_array_unref(DCC_ADAPTER_REGISTRY(object)->records);
    G_OBJECT_CLASS(dcc_adapter_registry_parent_class)->finalize(object);
}

static void
dcc_adapter_registry_class_init(DccAdapterRegistryClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = dcc_adapter_registry_finalize;
}

static void
dcc_adapter_registry_init(DccAdapterRegistry *self)
{
    self->records = g_ptr_array_new_with_free_func(g_object_unref);
}

/**
 * dcc_adapter_registry_new:
 *
 * Makes a registry that knows no adapter yet.
 *
 * Returns: (transfer full): a registry
 * Since: 1.0
 */
DccAdapterRegistry *
dcc_adapter_registry_new(void)
{
    return g_object_new(DCC_TYPE_ADAPTER_REGISTRY, NULL);
}

static DccAdapterRecord *
find_by_path(DccAdapterRegistry *self, const char *path, guint *position)
{
    for (guint i = 0; i < self->records->len; i++) {
        DccAdapterRecord *record = g_ptr_array_index(self->records, i);

        if (position)
            *position = i;
        if (g_strcmp0(dcc_adapter_record_get_path(record), path) == 0)
            return record;
    }
    return NULL;
}

static DccAdapterRecord *
find_by_id(DccAdapterRegistry *self, const char *id, gboolean loaded)
{
    for (guint i = 0; i < self->records->len; i++) {
        DccAdapterRecord *record = g_ptr_array_index(self->records, i);

        if (g_strcmp0(dcc_adapter_record_get_id(record), id) == 0 &&
            (dcc_adapter_record_get_adapter(record) != NULL) == loaded)
            return record;
    }
    return NULL;
}

static void
add_refusal(DccAdapterRegistry *self, const char *path, const char *reason)
{
    g_ptr_array_add(self->records, dcc_adapter_record_new_refused(path, reason));
}

/* The variable is a list as PATH is; what is not absolute is said to be refused, once. */
static void
add_variable(DccAdapterRegistry *self, GPtrArray *path, const char *variable, const char *value)
{
    g_auto(GStrv) entries = g_strsplit(value, G_SEARCHPATH_SEPARATOR_S, -1);

    for (guint i = 0; entries[i]; i++) {
        if (g_path_is_absolute(entries[i])) {
            g_ptr_array_add(path, g_strdup(entries[i]));
        } else if (*entries[i] && self && !find_by_path(self, entries[i], NULL)) {
            g_autofree char *reason = g_strdup_printf(
                "directory %s in %s is refused: it is no absolute path", entries[i], variable);

            add_refusal(self, entries[i], reason);
        }
    }
}

/* The second is what it was called before all variables had one prefix; it goes on working, also
 * beside the first. */
static const char *const variables[] = {"DCCHOST_ADAPTER_PATH", "DCC_ADAPTER_PATH"};

/* self: told about refused entries, or NULL. */
static char **
build_search_path(DccAdapterRegistry *self)
{
    GPtrArray *path = g_ptr_array_new();
    const char *data = g_getenv("XDG_DATA_HOME");

    for (guint i = 0; i < G_N_ELEMENTS(variables) && !dcc_own_process_is_privileged(); i++) {
        const char *value = g_getenv(variables[i]);

        if (value)
            add_variable(self, path, variables[i], value);
    }
    if (data && g_path_is_absolute(data))
        g_ptr_array_add(path, g_build_filename(data, "dcchost", "adapters", NULL));
    else
        g_ptr_array_add(path,
                        g_build_filename(g_get_home_dir(), ".local/share/dcchost/adapters", NULL));
    g_ptr_array_add(path, dcc_installed_path(DCC_ADAPTER_DIR));
    g_ptr_array_add(path, NULL);
    return (char **)g_ptr_array_free(path, FALSE);
}

/**
 * dcc_adapter_registry_get_search_path:
 * @self: a registry
 *
 * The directories that adapters are loaded from: those of `$DCCHOST_ADAPTER_PATH` (or of its older
 * name, `$DCC_ADAPTER_PATH`; neither in a setuid program),
 * `$XDG_DATA_HOME/dcchost/adapters` and the one of the installation.
 *
 * Returns: (transfer full) (array zero-terminated=1) (element-type filename): the directories, in
 * order; they need not be there
 * Since: 1.0
 */
char **
dcc_adapter_registry_get_search_path(DccAdapterRegistry *self)
{
    g_return_val_if_fail(DCC_IS_ADAPTER_REGISTRY(self), NULL);
    return build_search_path(NULL);
}

static DccAdapter *
load_module(DccAdapterRegistry *self, const char *path, GError **error)
{
    g_autofree char *id = dcc_module_id_from_path(path, error);
    DccAdapterRecord *other = id ? find_by_id(self, id, TRUE) : NULL;
    g_autoptr(DccAdapter) adapter = NULL;
    const char *version = NULL;

    if (!id)
        return NULL;
    if (other) {
        const char *first = dcc_adapter_record_get_path(other);

        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_ADAPTER,
                    "module file %s is not loaded: the adapter '%s' is there already, from %s",
                    path,
                    id,
                    first ? first : "the program itself");
        return NULL;
    }
    adapter = dcc_module_load(path, &version, error);
    if (!adapter)
        return NULL;
    g_ptr_array_add(self->records, dcc_adapter_record_new_loaded(id, path, version, adapter));
    return adapter;
}

/**
 * dcc_adapter_registry_load_file:
 * @self: a registry
 * @path: (type filename): the absolute path of a module file
 * @error: return location for an error
 *
 * Loads one module file. A refusal is remembered in the list, too. A file that is loaded already
 * gives its adapter again.
 *
 * Errors: #DCC_ERROR_UNSAFE when somebody else could have written the file, #DCC_ERROR_NOT_FOUND
 * when it is not there, #DCC_ERROR_ADAPTER when it is no sound module. The message names the file.
 *
 * Returns: (transfer none): the adapter
 * Since: 1.0
 */
DccAdapter *
dcc_adapter_registry_load_file(DccAdapterRegistry *self, const char *path, GError **error)
{
    g_autoptr(GError) refusal = NULL;
    DccAdapterRecord *record;
    DccAdapter *adapter;
    guint position = 0;

    g_return_val_if_fail(DCC_IS_ADAPTER_REGISTRY(self), NULL);
    g_return_val_if_fail(path != NULL, NULL);

    record = find_by_path(self, path, &position);
    if (record && dcc_adapter_record_get_adapter(record))
        return dcc_adapter_record_get_adapter(record);
    if (record)
        g_ptr_array_remove_index(self->records, position);
    adapter = load_module(self, path, &refusal);
    if (adapter)
        return adapter;
    add_refusal(self, path, refusal->message);
    g_propagate_error(error, g_steal_pointer(&refusal));
    return NULL;
}

static int
compare_strings(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* (transfer full): the module files of a directory, sorted; none where it cannot be read. */
static GPtrArray *
list_files(const char *directory)
{
    GPtrArray *files = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = g_dir_open(directory, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        if (g_str_has_prefix(name, "dcchost-") && g_str_has_suffix(name, "." G_MODULE_SUFFIX))
            g_ptr_array_add(files, g_build_filename(directory, name, NULL));
    }
    g_ptr_array_sort(files, compare_strings);
    return files;
}

static void
load_once(DccAdapterRegistry *self, const char *path)
{
    if (!find_by_path(self, path, NULL))
        dcc_adapter_registry_load_file(self, path, NULL);
}

/**
 * dcc_adapter_registry_load_all:
 * @self: a registry
 *
 * Loads every adapter that the search path holds. What is refused is in the list, with its reason.
 *
 * Since: 1.0
 */
void
dcc_adapter_registry_load_all(DccAdapterRegistry *self)
{
    g_auto(GStrv) directories = NULL;

    g_return_if_fail(DCC_IS_ADAPTER_REGISTRY(self));

    directories = build_search_path(self);
    for (guint i = 0; directories[i]; i++) {
        g_autoptr(GPtrArray) files = list_files(directories[i]);

        for (guint k = 0; k < files->len; k++)
            load_once(self, g_ptr_array_index(files, k));
    }
}

/**
 * dcc_adapter_registry_load_for:
 * @self: a registry
 * @id: the name of an application
 *
 * Loads what is needed to answer for one application: the first sound file that bears its name.
 * Where there is none, everything is loaded, so that an error can name what is known.
 *
 * Since: 1.0
 */
void
dcc_adapter_registry_load_for(DccAdapterRegistry *self, const char *id)
{
    g_auto(GStrv) directories = NULL;

    g_return_if_fail(DCC_IS_ADAPTER_REGISTRY(self));
    g_return_if_fail(id != NULL);

    directories = build_search_path(self);
    for (guint i = 0; dcc_adapter_id_is_valid(id) && directories[i]; i++) {
        g_autofree char *name = g_strconcat("dcchost-", id, "." G_MODULE_SUFFIX, NULL);
        g_autofree char *path = g_build_filename(directories[i], name, NULL);

        if (find_by_id(self, id, TRUE))
            return;
        if (g_file_test(path, G_FILE_TEST_EXISTS))
            load_once(self, path);
    }
    if (!find_by_id(self, id, TRUE))
        dcc_adapter_registry_load_all(self);
}

/**
 * dcc_adapter_registry_add:
 * @self: a registry
 * @id: the name of the application
 * @adapter: (transfer none): its adapter
 * @error: return location for an error
 *
 * Adds an adapter that the program made itself. One that has no id yet takes this one.
 *
 * Errors: #DCC_ERROR_INVALID when the id is malformed or not the adapter's own, #DCC_ERROR_BUSY
 * when the id is taken.
 *
 * Returns: %TRUE if it was added
 * Since: 1.0
 */
gboolean
dcc_adapter_registry_add(DccAdapterRegistry *self,
                         const char *id,
                         DccAdapter *adapter,
                         GError **error)
{
    g_return_val_if_fail(DCC_IS_ADAPTER_REGISTRY(self), FALSE);
    g_return_val_if_fail(id != NULL, FALSE);
    g_return_val_if_fail(DCC_IS_ADAPTER(adapter), FALSE);

    if (!dcc_adapter_id_is_valid(id)) {
        g_set_error(
            error,
            DCC_ERROR,
            DCC_ERROR_INVALID,
            "adapter id '%s' is malformed: lower-case letters, digits and '-', a letter first",
            id);
        return FALSE;
    }
    if (find_by_id(self, id, TRUE)) {
        g_set_error(error, DCC_ERROR, DCC_ERROR_BUSY, "there is an adapter '%s' already", id);
        return FALSE;
    }
    if (!dcc_adapter_adopt_id(adapter, id)) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_INVALID,
                    "adapter '%s' cannot be added as '%s'",
                    dcc_adapter_get_id(adapter),
                    id);
        return FALSE;
    }
    g_ptr_array_add(self->records, dcc_adapter_record_new_loaded(id, NULL, NULL, adapter));
    return TRUE;
}

/* (transfer full): the ids that are loaded, sorted. */
static char **
known_ids(DccAdapterRegistry *self)
{
    GPtrArray *ids = g_ptr_array_new();

    for (guint i = 0; i < self->records->len; i++) {
        DccAdapterRecord *record = g_ptr_array_index(self->records, i);

        if (dcc_adapter_record_get_adapter(record))
            g_ptr_array_add(ids, g_strdup(dcc_adapter_record_get_id(record)));
    }
    g_ptr_array_sort(ids, compare_strings);
    g_ptr_array_add(ids, NULL);
    return (char **)g_ptr_array_free(ids, FALSE);
}

static void
set_unknown(DccAdapterRegistry *self, const char *id, GError **error)
{
    g_auto(GStrv) known = known_ids(self);
    g_autofree char *list = g_strjoinv(", ", known);
    DccAdapterRecord *refused = find_by_id(self, id, FALSE);
    const char *alike = dcc_spelling_nearest(id, (const char *const *)known);
    g_autoptr(GString) text = g_string_new(NULL);

    if (refused)
        g_string_printf(text,
                        "the adapter of '%s' was refused: %s;",
                        id,
                        dcc_adapter_record_get_refusal(refused));
    else
        g_string_printf(text, "no application called '%s' is known;", id);
    if (alike && !refused)
        g_string_append_printf(text, " did you mean '%s'?", alike);
    if (*list)
        g_string_append_printf(text, " known: %s", list);
    else
        g_string_append(text,
                        " no adapter is there, 'dcchost adapters' says where they are looked for");
    g_set_error_literal(error, DCC_ERROR, DCC_ERROR_UNKNOWN_APP, text->str);
}

/**
 * dcc_adapter_registry_lookup:
 * @self: a registry
 * @id: the name of an application
 * @error: return location for an error
 *
 * Looks for the adapter of an application among those that were loaded or added.
 *
 * Errors: #DCC_ERROR_UNKNOWN_APP; the message names what is known and what is spelled alike, or why
 * the application's module was refused.
 *
 * Returns: (transfer none): the adapter
 * Since: 1.0
 */
DccAdapter *
dcc_adapter_registry_lookup(DccAdapterRegistry *self, const char *id, GError **error)
{
    DccAdapterRecord *record;

    g_return_val_if_fail(DCC_IS_ADAPTER_REGISTRY(self), NULL);
    g_return_val_if_fail(id != NULL, NULL);

    record = find_by_id(self, id, TRUE);
    if (record)
        return dcc_adapter_record_get_adapter(record);
    set_unknown(self, id, error);
    return NULL;
}

/* Where in the search path a record belongs; what the program added comes last. */
static guint
rank_of(DccAdapterRecord *record, char **directories)
{
    const char *path = dcc_adapter_record_get_path(record);
    g_autofree char *directory = path ? g_path_get_dirname(path) : NULL;
    guint i = 0;

    if (!path)
        return G_MAXUINT;
    while (directories[i] && strcmp(directories[i], directory) != 0)
        i++;
    return i;
}

static int
compare_records(gconstpointer a, gconstpointer b, gpointer directories)
{
    DccAdapterRecord *one = *(DccAdapterRecord *const *)a;
    DccAdapterRecord *other = *(DccAdapterRecord *const *)b;
    guint rank = rank_of(one, directories), other_rank = rank_of(other, directories);

    if (rank != other_rank)
        return rank < other_rank ? -1 : 1;
    return g_strcmp0(dcc_adapter_record_get_path(one), dcc_adapter_record_get_path(other));
}

/**
 * dcc_adapter_registry_list:
 * @self: a registry
 *
 * Every adapter that is there and every file that was refused.
 *
 * Returns: (transfer full): a list of #DccAdapterRecord in search order; those that the program
 * added last
 * Since: 1.0
 */
GListModel *
dcc_adapter_registry_list(DccAdapterRegistry *self)
{
    g_autoptr(GListStore) list = NULL;
    g_autoptr(GPtrArray) sorted = NULL;
    g_auto(GStrv) directories = NULL;

    g_return_val_if_fail(DCC_IS_ADAPTER_REGISTRY(self), NULL);

    list = g_list_store_new(DCC_TYPE_ADAPTER_RECORD);
    directories = build_search_path(NULL);
    sorted = g_ptr_array_copy(self->records, (GCopyFunc)(void (*)(void))g_object_ref, NULL);
    g_ptr_array_sort_with_data(sorted, compare_records, directories);
    for (guint i = 0; i < sorted->len; i++)
        g_list_store_append(list, g_ptr_array_index(sorted, i));
    return G_LIST_MODEL(g_steal_pointer(&list));
}
