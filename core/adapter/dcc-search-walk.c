/* The file system as a search walks it; see the header.
 *
 * Problem: adapters glob over directories that users fill: links that loop, directories nobody may
 * read, several names of one copy. Contract: a pattern ends after as many levels as it has
 * components, each directory is visited once a level, each file is found once (by its real path;
 * its real name is preferred to links). Paths go in as they would be below "/" and come out as this
 * process can open them; one that lies below the root already is taken as it is. Nothing outside
 * the root is ever an answer.
 */
#include "dcc-search-walk.h"

#include "dcc-file-facts.h"
#include "dcc-file-name.h"
#include "dcc-registry.h"
#include "dcc-user.h"

#include <glib/gstdio.h>
#include <string.h>

/* Where a system without the variable looks. */
#define DEFAULT_PATH "/usr/local/bin:/usr/bin:/bin"

struct _DccSearchWalk {
    char *root; /* canonical; "" for "/", so that it can be put before any path */
    char **environment;
    char *home;
};

static char *
find_home(const char *const *environment)
{
    const char *home = g_environ_getenv((char **)environment, "HOME");

    return home && g_path_is_absolute(home) ? dcc_file_name_normalize(home) : dcc_user_find_home();
}

DccSearchWalk *
dcc_search_walk_new(const char *root, const char *const *environment)
{
    DccSearchWalk *self = g_atomic_rc_box_new0(DccSearchWalk);

    if (strcmp(root, "/") == 0)
        self->root = g_strdup("");
    else
        self->root = dcc_file_name_resolve(root);
    if (!self->root)
        self->root = g_canonicalize_filename(root, "/");
    if (strcmp(self->root, "/") == 0)
        self->root[0] = '\0';
    self->environment = environment ? g_strdupv((char **)environment) : g_get_environ();
    self->home = find_home((const char *const *)self->environment);
    return self;
}

DccSearchWalk *
dcc_search_walk_ref(DccSearchWalk *self)
{
    return g_atomic_rc_box_acquire(self);
}

static void
walk_clear(gpointer data)
{
    DccSearchWalk *self = data;

    g_free(self->root);
    g_strfreev(self->environment);
    g_free(self->home);
}

void
dcc_search_walk_unref(DccSearchWalk *self)
{
    g_atomic_rc_box_release_full(self, walk_clear);
}

const char *
dcc_search_walk_getenv(const DccSearchWalk *self, const char *variable)
{
    return g_environ_getenv(self->environment, variable);
}

const char *
dcc_search_walk_get_path(const DccSearchWalk *self)
{
    const char *path = g_environ_getenv(self->environment, "PATH");

    return path && *path ? path : DEFAULT_PATH;
}

static gboolean
is_below(const DccSearchWalk *self, const char *path)
{
    gsize length = strlen(self->root);

    return strncmp(path, self->root, length) == 0 &&
           (length == 0 || path[length] == '/' || path[length] == '\0');
}

/* "~/x" with the home directory in place of "~"; NULL for what is not absolute then. */
static char *
expand(const DccSearchWalk *self, const char *path)
{
    gsize root;

    if (path[0] == '~' && (path[1] == '/' || path[1] == '\0'))
        return g_strconcat(self->home, path + 1, NULL);
    return dcc_file_name_find_root(path, &root) ? dcc_file_name_normalize(path) : NULL;
}

/* Where an absolute path is for this process. Below another root a drive is a directory: "C:/x" is
 * ROOT/C/x. */
static char *
put_below(const DccSearchWalk *self, const char *absolute)
{
    gsize length = 0;
    g_autofree char *drive = NULL;

    if (!self->root[0] || is_below(self, absolute))
        return g_strdup(absolute);
    dcc_file_name_find_root(absolute, &length);
    if (length == 0)
        return g_strconcat(self->root, absolute, NULL);
    drive = g_strdelimit(g_strndup(absolute, length), ":", '\0');
    return g_strconcat(self->root, "/", drive, absolute + length, NULL);
}

/* As this process can open it. */
static char *
locate(const DccSearchWalk *self, const char *path)
{
    g_autofree char *absolute = expand(self, path);

    return absolute ? put_below(self, absolute) : NULL;
}

/* The real path of what is there, below the root. */
static char *
resolve_below(const DccSearchWalk *self, const char *located)
{
    g_autofree char *real = dcc_file_name_resolve(located);

    return real && is_below(self, real) ? g_steal_pointer(&real) : NULL;
}

static gboolean
has_wildcard(const char *part)
{
    return strpbrk(part, "*?[") != NULL;
}

typedef struct {
    char *name;
    gboolean is_link;
} Entry;

static void
entry_clear(gpointer data)
{
    g_free(((Entry *)data)->name);
}

/* Links last: the name a copy really has is the one that tells about it. */
static int
entry_compare(gconstpointer a, gconstpointer b)
{
    const Entry *one = a, *other = b;

    if (one->is_link != other->is_link)
        return one->is_link - other->is_link;
    return strcmp(one->name, other->name);
}

static gboolean
seen_before(GHashTable *seen, const char *directory)
{
    DccFileFacts facts;

    if (!dcc_file_facts_read_target(directory, &facts))
        return TRUE;
    return !g_hash_table_add(
        seen,
        g_strdup_printf("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, facts.device, facts.inode));
}

static gboolean
is_link(const char *directory, const char *name)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    DccFileFacts facts;

    return dcc_file_facts_read(path, &facts) && facts.kind == DCC_FILE_LINK;
}

/* NULL: it cannot be read. */
static GArray *
read_matches(const char *directory, const char *part)
{
    g_autoptr(GDir) dir = g_dir_open(directory, 0, NULL);
    GArray *entries;
    const char *name;

    if (!dir)
        return NULL;
    entries = g_array_new(FALSE, FALSE, sizeof(Entry));
    g_array_set_clear_func(entries, entry_clear);
    while ((name = g_dir_read_name(dir))) {
        Entry entry;

        if (!dcc_file_name_matches(name, part))
            continue;
        entry = (Entry){g_strdup(name), is_link(directory, name)};
        g_array_append_val(entries, entry);
    }
    g_array_sort(entries, entry_compare);
    return entries;
}

/* Adds what matches part in one directory. */
static void
list_matches(const DccSearchWalk *self,
             const char *directory,
             const char *part,
             GHashTable *seen,
             GPtrArray *found)
{
    g_autofree char *path = g_strconcat(directory, "/", NULL); /* it may be a root */
    g_autofree char *real = resolve_below(self, path);
    g_autoptr(GArray) entries = real && !seen_before(seen, real) ? read_matches(real, part) : NULL;

    for (guint i = 0; entries && i < entries->len; i++) {
        const char *name = g_array_index(entries, Entry, i).name;

        g_ptr_array_add(found, g_strconcat(directory, "/", name, NULL));
    }
}

/* One component further: every directory of the list with part added, or with what matches part. */
static GPtrArray *
descend(const DccSearchWalk *self, GPtrArray *directories, const char *part)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GPtrArray *found = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < directories->len; i++) {
        const char *directory = g_ptr_array_index(directories, i);

        if (has_wildcard(part))
            list_matches(self, directory, part, seen, found);
        else
            g_ptr_array_add(found, g_strconcat(directory, "/", part, NULL));
    }
    return found;
}

static int
compare_strings(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* What is really there, each file once, sorted. */
static char **
finish_glob(const DccSearchWalk *self, GPtrArray *candidates)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GPtrArray *found = g_ptr_array_new();

    for (guint i = 0; i < candidates->len; i++) {
        char *path = g_ptr_array_index(candidates, i);
        char *real = resolve_below(self, path);

        if (real && g_hash_table_add(seen, real))
            g_ptr_array_add(found, g_strdup(path));
    }
    g_ptr_array_sort(found, compare_strings);
    g_ptr_array_add(found, NULL);
    return (char **)g_ptr_array_free(found, FALSE);
}

/* "%VARIABLE%/x" with the variable's value. NULL: it is not set, as on a system that has no such variable. */
static char *
expand_variable(const DccSearchWalk *self, const char *pattern)
{
    const char *end = strchr(pattern + 1, '%');
    g_autofree char *name = end ? g_strndup(pattern + 1, (gsize)(end - pattern - 1)) : NULL;
    const char *value = name ? g_environ_getenv(self->environment, name) : NULL;

    return value && *value ? g_strconcat(value, end + 1, NULL) : NULL;
}

static void
add_expanded(const DccSearchWalk *self, GPtrArray *all, const char *beginning, const char *rest)
{
    g_autofree char *path = g_strconcat(beginning, rest, NULL);
    char *absolute = expand(self, path);

    if (absolute)
        g_ptr_array_add(all, absolute);
}

GPtrArray *
dcc_search_walk_expand(const DccSearchWalk *self, const char *pattern)
{
    GPtrArray *all = g_ptr_array_new_with_free_func(g_free);
    const char *end = strchr(pattern, '}');
    g_autofree char *plain = NULL, *key = NULL;
    g_auto(GStrv) beginnings = NULL;

    if (*pattern == '{' && end) {
        key = g_strndup(pattern + 1, (gsize)(end - pattern - 1));
        beginnings = dcc_registry_find(key);
    } else if (g_str_has_prefix(pattern, "?:")) {
        beginnings = dcc_file_name_list_roots();
        end = pattern + 1;
    } else {
        plain = *pattern == '%' ? expand_variable(self, pattern) : g_strdup(pattern);
    }
    if (plain)
        add_expanded(self, all, plain, "");
    for (guint i = 0; beginnings && beginnings[i]; i++)
        add_expanded(self, all, beginnings[i], end + 1);
    return all;
}

/* What is there of an absolute pattern is added. */
static void
glob_absolute(const DccSearchWalk *self, const char *absolute, GPtrArray *candidates)
{
    g_autofree char *located = put_below(self, absolute);
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) parts = NULL;
    gsize root = strlen(self->root);

    if (root == 0)
        dcc_file_name_find_root(located, &root);
    g_ptr_array_add(found, g_strndup(located, root));
    parts = g_strsplit(located + root, "/", -1);
    for (guint i = 0; parts[i]; i++) {
        g_autoptr(GPtrArray) before = NULL;

        if (!*parts[i])
            continue;
        before = g_steal_pointer(&found);
        found = descend(self, before, parts[i]);
    }
    g_ptr_array_extend_and_steal(candidates, g_steal_pointer(&found));
}

/* Of a path that this process can open. */
static gboolean
is_program(const DccSearchWalk *self, const char *located)
{
    g_autofree char *real = resolve_below(self, located);
    DccFileFacts facts;

    return real && dcc_file_facts_read_target(real, &facts) && facts.kind == DCC_FILE_REGULAR &&
           dcc_file_name_is_program(real);
}

char **
dcc_search_walk_glob(const DccSearchWalk *self, const char *pattern)
{
    g_autoptr(GPtrArray) candidates = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) patterns = dcc_search_walk_expand(self, pattern);

    for (guint i = 0; i < patterns->len; i++)
        glob_absolute(self, g_ptr_array_index(patterns, i), candidates);
    return finish_glob(self, candidates);
}

char *
dcc_search_walk_program(const DccSearchWalk *self, const char *name)
{
    g_autofree char *file_name = dcc_file_name_of_program(name);
    g_auto(GStrv) directories =
        g_strsplit(dcc_search_walk_get_path(self), G_SEARCHPATH_SEPARATOR_S, -1);

    for (guint i = 0; directories[i]; i++) {
        g_autofree char *directory =
            g_path_is_absolute(directories[i]) ? locate(self, directories[i]) : NULL;
        g_autofree char *file = directory ? g_build_path("/", directory, file_name, NULL) : NULL;

        if (file && is_program(self, file))
            return g_steal_pointer(&file);
    }
    return NULL;
}

char *
dcc_search_walk_realpath(const DccSearchWalk *self, const char *path)
{
    g_autofree char *located = locate(self, path);

    return located ? resolve_below(self, located) : NULL;
}

gboolean
dcc_search_walk_is_executable(const DccSearchWalk *self, const char *path)
{
    g_autofree char *located = locate(self, path);

    return located && is_program(self, located);
}
