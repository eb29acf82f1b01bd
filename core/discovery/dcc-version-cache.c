/* Versions, remembered by path, size, time of change and inode: an update of the application
 * changes one of them.
 *
 * Two processes that write at once: the last one wins, and the other asks again some day.
 */
#include "dcc-version-cache.h"
#include "dcc-json.h"
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define FORMAT    1
#define MAX_BYTES (1024 * 1024)

struct _DccVersionCache {
    char *path;
    JsonObject *entries; /* path: {"size", "mtime_ns", "inode", "version"} */
    gboolean changed;
};

static char *
cache_path(void)
{
    const char *base = g_getenv("XDG_CACHE_HOME");

    if (base && g_path_is_absolute(base))
        return g_build_filename(base, "dcchost", "versions.json", NULL);
    return g_build_filename(g_get_home_dir(), ".cache", "dcchost", "versions.json", NULL);
}

static JsonObject *
read_entries(const char *path)
{
    g_autofree char *text = NULL;
    g_autoptr(JsonObject) object = NULL;
    JsonObject *entries;
    struct stat st;
    gsize length;

    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > MAX_BYTES ||
        !g_file_get_contents(path, &text, &length, NULL))
        return NULL;
    object = dcc_json_from_text(text, length, NULL);
    if (!object || dcc_json_get_int(object, "format", 0) != FORMAT)
        return NULL;
    entries = dcc_json_get_object(object, "versions");
    return entries ? json_object_ref(entries) : NULL;
}

DccVersionCache *
dcc_version_cache_load(void)
{
    DccVersionCache *self = g_new0(DccVersionCache, 1);

    self->path = cache_path();
    self->entries = read_entries(self->path);
    if (!self->entries)
        self->entries = json_object_new();
    return self;
}

static gint64
mtime_ns(const struct stat *st)
{
    return st->st_mtim.tv_sec * G_GINT64_CONSTANT(1000000000) + st->st_mtim.tv_nsec;
}

static gboolean
describes(JsonObject *entry, const struct stat *st)
{
    return dcc_json_get_int(entry, "size", -1) == (gint64)st->st_size &&
           dcc_json_get_int(entry, "mtime_ns", -1) == mtime_ns(st) &&
           dcc_json_get_int(entry, "inode", -1) == (gint64)st->st_ino;
}

const char *
dcc_version_cache_get(DccVersionCache *self, const char *path)
{
    JsonObject *entry;
    const char *version;
    struct stat st;

    if (!g_utf8_validate(path, -1, NULL) || stat(path, &st) != 0)
        return NULL;
    entry = dcc_json_get_object(self->entries, path);
    if (!entry || !describes(entry, &st))
        return NULL;
    version = dcc_json_get_string(entry, "version", NULL);
    return version && *version && strlen(version) <= 64 ? version : NULL;
}

void
dcc_version_cache_put(DccVersionCache *self, const char *path, const char *version)
{
    JsonObject *entry;
    struct stat st;

    /* A name that JSON cannot carry is asked each time. */
    if (!g_utf8_validate(path, -1, NULL) || stat(path, &st) != 0)
        return;
    entry = json_object_new();
    json_object_set_int_member(entry, "size", st.st_size);
    json_object_set_int_member(entry, "mtime_ns", mtime_ns(&st));
    json_object_set_int_member(entry, "inode", st.st_ino);
    json_object_set_string_member(entry, "version", version);
    json_object_set_object_member(self->entries, path, entry);
    self->changed = TRUE;
}

/* Copies that were uninstalled would pile up over the years. */
static void
forget_missing(JsonObject *entries)
{
    g_autoptr(GList) paths = json_object_get_members(entries);

    for (GList *l = paths; l; l = l->next) {
        g_autofree char *path = g_strdup(l->data);

        if (!g_file_test(path, G_FILE_TEST_EXISTS))
            json_object_remove_member(entries, path);
    }
}

void
dcc_version_cache_save(DccVersionCache *self)
{
    g_autoptr(JsonObject) object = NULL;
    g_autofree char *directory = NULL;
    g_autofree char *text = NULL;

    if (!self->changed)
        return;
    forget_missing(self->entries);
    object = json_object_new();
    json_object_set_int_member(object, "format", FORMAT);
    json_object_set_object_member(object, "versions", json_object_ref(self->entries));
    text = dcc_json_to_line(object);
    directory = g_path_get_dirname(self->path);
    if (g_mkdir_with_parents(directory, 0700) == 0)
        g_file_set_contents_full(self->path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL);
    self->changed = FALSE;
}

void
dcc_version_cache_free(DccVersionCache *self)
{
    json_object_unref(self->entries);
    g_free(self->path);
    g_free(self);
}
