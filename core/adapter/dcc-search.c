/* Where an adapter looks for installations.
 *
 * Problem: adapters glob over directories that users fill: links that loop, directories nobody may
 * read, several names of one copy. Contract: a pattern ends after as many levels as it has
 * components, each directory is visited once a level, each file is found once (by its real path;
 * its real name is preferred to links). Paths go in as they would be below "/" and come out as this
 * process can open them; one that lies below the root already is taken as it is. Nothing outside
 * the root is ever an answer. Threading: one thread at a time.
 */
#include "dcc-search.h"

#include "dcc-file-facts.h"
#include "dcc-file-name.h"
#include "dcc-user.h"

#include <glib/gstdio.h>
#include <string.h>

struct _DccSearch {
    GObject parent_instance;
    char *root; /* canonical; "" for "/", so that it can be put before any path */
    char **environ;
    char *home;
    GPtrArray *places; /* of char *, NULL-terminated */
};

/**
 * DccSearch:
 *
 * Where an adapter looks for installations: programs on `PATH`, patterns of paths, environment
 * variables. It ends on looped links, and tests give it a root of their own.
 *
 * Since: 1.0
 */
G_DEFINE_TYPE(DccSearch, dcc_search, G_TYPE_OBJECT)

static void
dcc_search_finalize(GObject *object)
{
    DccSearch *self = DCC_SEARCH(object);

    g_free(self->root);
    g_strfreev(self->environ);
    g_free(self->home);
    g_ptr_array_unref(self->places);
    G_OBJECT_CLASS(dcc_search_parent_class)->finalize(object);
}

static void
dcc_search_class_init(DccSearchClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = dcc_search_finalize;
}

static void
dcc_search_init(DccSearch *self)
{
    self->places = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(self->places, NULL);
}

static char *
find_home(const char *const *environ)
{
    const char *home = g_environ_getenv((char **)environ, "HOME");

    return home && g_path_is_absolute(home) ? g_strdup(home) : dcc_user_find_home();
}

/**
 * dcc_search_new:
 * @root: (type filename): "/"; another directory in tests
 * @environ: (nullable) (array zero-terminated=1) (element-type filename): the environment to look
 * into, or %NULL for the process's own
 *
 * Makes a search that has looked nowhere yet.
 *
 * Returns: (transfer full): a search
 * Since: 1.0
 */
DccSearch *
dcc_search_new(const char *root, const char *const *environ)
{
    DccSearch *self;

    g_return_val_if_fail(root != NULL && g_path_is_absolute(root), NULL);

    self = g_object_new(DCC_TYPE_SEARCH, NULL);
    self->root = dcc_file_name_resolve(root);
    if (!self->root)
        self->root = g_canonicalize_filename(root, "/");
    if (strcmp(self->root, "/") == 0)
        self->root[0] = '\0';
    self->environ = environ ? g_strdupv((char **)environ) : g_get_environ();
    self->home = find_home((const char *const *)self->environ);
    return self;
}

static void
remember(DccSearch *self, const char *instance_dir)
{
    for (guint i = 0; i + 1 < self->places->len; i++) {
        if (strcmp(g_ptr_array_index(self->places, i), instance_dir) == 0)
            return;
    }
    g_ptr_array_insert(self->places, self->places->len - 1, g_strdup(instance_dir));
}

static gboolean
is_below(DccSearch *self, const char *path)
{
    gsize length = strlen(self->root);

    return strncmp(path, self->root, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* "~/x" with the home directory in place of "~"; NULL for what is not absolute then. */
static char *
expand(DccSearch *self, const char *path)
{
    if (path[0] == '~' && (path[1] == '/' || path[1] == '\0'))
        return g_strconcat(self->home, path + 1, NULL);
    return g_path_is_absolute(path) ? g_strdup(path) : NULL;
}

/* As this process can open it. */
static char *
locate(DccSearch *self, const char *path)
{
    g_autofree char *absolute = expand(self, path);

    if (!absolute || (self->root[0] && is_below(self, absolute)))
        return g_steal_pointer(&absolute);
    return g_strconcat(self->root, absolute, NULL);
}

/* The real path of what is there, below the root. */
static char *
resolve_below(DccSearch *self, const char *located)
{
    g_autofree char *real = dcc_file_name_resolve(located);

    return real && is_below(self, real) ? g_steal_pointer(&real) : NULL;
}

/**
 * dcc_search_getenv:
 * @self: a search
 * @variable: the name of an environment variable
 *
 * Looks at a variable that overrides the search, and remembers that it did.
 *
 * Returns: (transfer none) (nullable) (type filename): the value, or %NULL where it is not set
 * Since: 1.0
 */
const char *
dcc_search_getenv(DccSearch *self, const char *variable)
{
    g_autofree char *instance_dir = NULL;

    g_return_val_if_fail(DCC_IS_SEARCH(self), NULL);
    g_return_val_if_fail(variable != NULL, NULL);

    instance_dir = g_strconcat("$", variable, NULL);
    remember(self, instance_dir);
    return g_environ_getenv(self->environ, variable);
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
list_matches(
    DccSearch *self, const char *directory, const char *part, GHashTable *seen, GPtrArray *found)
{
    g_autofree char *real = resolve_below(self, *directory ? directory : "/");
    g_autoptr(GArray) entries = real && !seen_before(seen, real) ? read_matches(real, part) : NULL;

    for (guint i = 0; entries && i < entries->len; i++) {
        const char *name = g_array_index(entries, Entry, i).name;

        g_ptr_array_add(found, g_strconcat(directory, "/", name, NULL));
    }
}

/* One component further: every directory of the list with part added, or with what matches part. */
static GPtrArray *
descend(DccSearch *self, GPtrArray *directories, const char *part)
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
finish_glob(DccSearch *self, GPtrArray *candidates)
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

/**
 * dcc_search_glob:
 * @self: a search
 * @pattern: (type filename): an absolute path, or one below "~/", whose components may hold '*',
 * '?' and
 *   '[...]'
 *
 * Looks for files and directories, and remembers the pattern as a place. Symbolic links are
 * followed, what cannot be read is no match.
 *
 * Returns: (transfer full) (array zero-terminated=1) (element-type filename): what is there,
 * sorted, each file under one name
 * Since: 1.0
 */
char **
dcc_search_glob(DccSearch *self, const char *pattern)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *absolute = NULL;
    g_auto(GStrv) parts = NULL;
    const char *rest;

    g_return_val_if_fail(DCC_IS_SEARCH(self), NULL);
    g_return_val_if_fail(pattern != NULL, NULL);

    absolute = expand(self, pattern);
    remember(self, absolute ? absolute : pattern);
    if (!absolute)
        return g_new0(char *, 1);
    rest = self->root[0] && is_below(self, absolute) ? absolute + strlen(self->root) : absolute;
    g_ptr_array_add(found, g_strdup(self->root));
    parts = g_strsplit(rest, "/", -1);
    for (guint i = 0; parts[i]; i++) {
        g_autoptr(GPtrArray) before = NULL;

        if (!*parts[i])
            continue;
        before = g_steal_pointer(&found);
        found = descend(self, before, parts[i]);
    }
    return finish_glob(self, found);
}

/* Of a path that this process can open. */
static gboolean
is_program(DccSearch *self, const char *located)
{
    g_autofree char *real = resolve_below(self, located);
    DccFileFacts facts;

    return real && dcc_file_facts_read_target(real, &facts) && facts.kind == DCC_FILE_REGULAR &&
           g_access(real, X_OK) == 0;
}

/**
 * dcc_search_program:
 * @self: a search
 * @name: (type filename): the name of a program, without a directory
 *
 * Looks for a program on PATH, and remembers that it did. Relative entries of PATH are left out:
 * what they mean depends on where the user stands.
 *
 * Returns: (transfer full) (nullable) (type filename): the first executable regular file of this
 * name
 * Since: 1.0
 */
char *
dcc_search_program(DccSearch *self, const char *name)
{
    g_autofree char *instance_dir = NULL;
    g_auto(GStrv) directories = NULL;
    const char *path;

    g_return_val_if_fail(DCC_IS_SEARCH(self), NULL);
    g_return_val_if_fail(name != NULL && !strchr(name, '/'), NULL);

    path = g_environ_getenv(self->environ, "PATH");
    path = path && *path ? path : "/usr/local/bin:/usr/bin:/bin";
    instance_dir = g_strdup_printf("%s on PATH (%s)", name, path);
    remember(self, instance_dir);
    directories = g_strsplit(path, ":", -1);
    for (guint i = 0; directories[i]; i++) {
        g_autofree char *directory =
            g_path_is_absolute(directories[i]) ? locate(self, directories[i]) : NULL;
        g_autofree char *file = directory ? g_build_filename(directory, name, NULL) : NULL;

        if (file && is_program(self, file))
            return g_steal_pointer(&file);
    }
    return NULL;
}

/**
 * dcc_search_realpath:
 * @self: a search
 * @path: (type filename): an absolute path, or one below "~/"
 *
 * Resolves every link of a path.
 *
 * Returns: (transfer full) (nullable) (type filename): the real path; %NULL where nothing is there,
 * or nothing below the root
 * Since: 1.0
 */
char *
dcc_search_realpath(DccSearch *self, const char *path)
{
    g_autofree char *located = NULL;

    g_return_val_if_fail(DCC_IS_SEARCH(self), NULL);
    g_return_val_if_fail(path != NULL, NULL);

    located = locate(self, path);
    return located ? resolve_below(self, located) : NULL;
}

/**
 * dcc_search_is_executable:
 * @self: a search
 * @path: (type filename): an absolute path, or one below "~/"
 *
 * Looks whether a path is a regular file that may be executed, and remembers it as a place.
 *
 * Returns: %TRUE if it is
 * Since: 1.0
 */
gboolean
dcc_search_is_executable(DccSearch *self, const char *path)
{
    g_autofree char *located = NULL;

    g_return_val_if_fail(DCC_IS_SEARCH(self), FALSE);
    g_return_val_if_fail(path != NULL, FALSE);

    remember(self, path);
    located = locate(self, path);
    return located && is_program(self, located);
}

/**
 * dcc_search_get_places:
 * @self: a search
 *
 * The places looked at so far: patterns and paths, programs on PATH, and variables as "$NAME".
 *
 * Returns: (transfer none) (array zero-terminated=1) (element-type filename): the places, in order,
 * each once
 * Since: 1.0
 */
const char *const *
dcc_search_get_places(DccSearch *self)
{
    g_return_val_if_fail(DCC_IS_SEARCH(self), NULL);

    return (const char *const *)self->places->pdata;
}
