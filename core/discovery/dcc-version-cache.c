/* Versions, remembered by path, size, time of change and inode: an update of the application
 * changes one of them.
 *
 * Two processes that write at once: the last one wins, and the other asks again some day. What a
 * newer dcchost has written is left as it is. Format 1 had an object by path, and so no path that
 * is not UTF-8.
 */
#include "dcc-version-cache.h"

#include "dcc-fields.h"
#include "dcc-file-facts.h"
#include "dcc-json.h"
#include "dcc-store-file.h"
#include "dcc-user.h"

#include <glib/gstdio.h>
#include <string.h>

#define FORMAT      2
#define MAX_BYTES   (1024 * 1024)
#define MAX_VERSION 64 /* bytes */

typedef struct {
    char *path;
    gint64 size;
    gint64 mtime_ns;
    gint64 inode;
    char *version;
} Entry;

typedef struct {
    gint64 format;
    GPtrArray *versions; /* of Entry */
} File;

#define ROW(owner, member, type, ...)                                                              \
    {                                                                                              \
        .name = #member, .kind = DCC_FIELD_##type, .offset = G_STRUCT_OFFSET(owner, member),       \
        __VA_ARGS__                                                                                \
    }

static const DccField entry_fields[] = {
    ROW(Entry, path, BYTES, .required = TRUE),
    ROW(Entry, size, INT, .required = TRUE),
    ROW(Entry, mtime_ns, INT, .required = TRUE),
    ROW(Entry, inode, INT, .required = TRUE),
    ROW(Entry, version, TEXT, .required = TRUE),
};
static const DccFieldTable entry_table = DCC_FIELD_TABLE(Entry, entry_fields);

static const DccField file_fields[] = {
    ROW(File, format, INT, .required = TRUE),
    ROW(File, versions, RECORDV, .required = TRUE, .table = &entry_table),
};
static const DccFieldTable file_table = DCC_FIELD_TABLE(File, file_fields);

struct _DccVersionCache {
    char *path;
    GHashTable *entries; /* by their paths */
    gboolean changed;
    gboolean newer; /* what is there is not ours to replace */
};

static char *
cache_path(void)
{
    const char *base = g_getenv("XDG_CACHE_HOME");
    g_autofree char *dir = base != NULL && g_path_is_absolute(base)
                               ? g_build_filename(base, "dcchost", NULL)
                               : dcc_user_make_cache_path("dcchost");

    return g_build_filename(dir, "versions.json", NULL);
}

static void
free_entry(gpointer entry)
{
    dcc_fields_free(&entry_table, entry);
}

static void
take_entry(DccVersionCache *self, Entry *entry)
{
    g_hash_table_replace(self->entries, entry->path, entry);
}

static void
take_file(DccVersionCache *self, JsonObject *object)
{
    File file = {0};

    if (!dcc_fields_read(&file_table, object, FORMAT, &file, NULL))
        return;
    for (guint i = 0; i < file.versions->len; i++)
        take_entry(self, g_ptr_array_index(file.versions, i));
    g_ptr_array_set_size(file.versions, 0);
    dcc_fields_clear(&file_table, &file);
}

static void
take_file_of_1(DccVersionCache *self, JsonObject *object)
{
    JsonObject *versions = dcc_json_get_object(object, "versions");
    g_autoptr(GList) paths = versions != NULL ? json_object_get_members(versions) : NULL;

    for (GList *l = paths; l != NULL; l = l->next) {
        JsonObject *old = dcc_json_get_object(versions, l->data);
        Entry *entry = dcc_fields_new(&entry_table);

        if (old != NULL)
            json_object_set_string_member(old, "path", l->data);
        if (old != NULL && dcc_fields_read(&entry_table, old, 1, entry, NULL))
            take_entry(self, entry);
        else
            free_entry(entry);
    }
}

static void
load(DccVersionCache *self)
{
    g_autofree char *text = NULL;
    g_autoptr(JsonObject) object = NULL;
    DccFileFacts facts;
    gsize length;
    gint64 format;

    if (!dcc_file_facts_read_target(self->path, &facts) || facts.kind != DCC_FILE_REGULAR ||
        facts.size > MAX_BYTES || !g_file_get_contents(self->path, &text, &length, NULL))
        return;
    object = dcc_json_from_text(text, (gssize)length, NULL);
    format = dcc_json_get_int(object, "format", 0);
    self->newer = format > FORMAT;
    if (format == FORMAT)
        take_file(self, object);
    else if (format == 1)
        take_file_of_1(self, object);
}

DccVersionCache *
dcc_version_cache_load(void)
{
    DccVersionCache *self = g_new0(DccVersionCache, 1);

    self->path = cache_path();
    self->entries = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_entry);
    load(self);
    return self;
}

static gboolean
describes(const Entry *entry, const DccFileFacts *facts)
{
    return entry->size == facts->size && entry->mtime_ns == facts->mtime_ns &&
           entry->inode == (gint64)facts->inode;
}

const char *
dcc_version_cache_get(DccVersionCache *self, const char *path)
{
    const Entry *entry = g_hash_table_lookup(self->entries, path);
    DccFileFacts facts;

    if (entry == NULL || !dcc_file_facts_read_target(path, &facts) || !describes(entry, &facts))
        return NULL;
    return *entry->version != '\0' && strlen(entry->version) <= MAX_VERSION ? entry->version : NULL;
}

void
dcc_version_cache_put(DccVersionCache *self, const char *path, const char *version)
{
    Entry *entry;
    DccFileFacts facts;

    if (!dcc_file_facts_read_target(path, &facts))
        return;
    entry = dcc_fields_new(&entry_table);
    entry->path = g_strdup(path);
    entry->size = facts.size;
    entry->mtime_ns = facts.mtime_ns;
    entry->inode = (gint64)facts.inode;
    entry->version = g_strdup(version);
    take_entry(self, entry);
    self->changed = TRUE;
}

/* Copies that were uninstalled would pile up over the years. */
static gboolean
is_missing(gpointer path, gpointer entry, gpointer data)
{
    return !g_file_test(path, G_FILE_TEST_EXISTS);
}

static JsonObject *
make_file(DccVersionCache *self)
{
    JsonObject *object = json_object_new();
    File file = {.format = FORMAT, .versions = g_ptr_array_new()};
    GHashTableIter iter;
    gpointer entry;

    g_hash_table_iter_init(&iter, self->entries);
    while (g_hash_table_iter_next(&iter, NULL, &entry))
        g_ptr_array_add(file.versions, entry);
    dcc_fields_write(&file_table, &file, object);
    g_ptr_array_unref(file.versions); /* what is in it is the table's */
    return object;
}

void
dcc_version_cache_save(DccVersionCache *self)
{
    g_autoptr(JsonObject) object = NULL;
    g_autofree char *directory = NULL;

    if (!self->changed || self->newer)
        return;
    g_hash_table_foreach_remove(self->entries, is_missing, NULL);
    object = make_file(self);
    directory = g_path_get_dirname(self->path);
    if (g_mkdir_with_parents(directory, 0700) == 0)
        dcc_store_file_write_json(self->path, object, DCC_STORE_RUNTIME, NULL);
    self->changed = FALSE;
}

void
dcc_version_cache_free(DccVersionCache *self)
{
    g_hash_table_unref(self->entries);
    g_free(self->path);
    g_free(self);
}
