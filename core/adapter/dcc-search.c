/* Where an adapter looks for installations.
 *
 * Problem: the places may lie on a file server that does not answer, and an adapter has to be asked in a main loop. Contract:
 * a search whose looks are put off answers from what is known and notes what is not; that is looked at in a thread, and then
 * the adapter is asked again, until nothing is left. Threading: one thread at a time.
 */
#include "dcc-search.h"

#include "dcc-file-name.h"
#include "dcc-search-looks.h"

#include <string.h>

struct _DccSearch {
    GObject parent_instance;
    DccSearchWalk *walk;
    GPtrArray *places;    /* of char *, NULL-terminated */
    GHashTable *known;    /* answers by what was looked at; NULL: looks are not put off */
    DccSearchLooks *open; /* to be looked at; NULL: nothing */
    gboolean puts_off;
};

/**
 * DccSearch:
 *
 * Where an adapter looks for installations: programs on `PATH`, patterns of paths, environment
 * variables. It ends on looped links, and tests give it a root of their own. In a session an adapter
 * is asked again until the search has looked at all that it was asked for: see docs/adapter-abi.md.
 *
 * Since: 1.0
 */
G_DEFINE_TYPE(DccSearch, dcc_search, G_TYPE_OBJECT)

static void
dcc_search_finalize(GObject *object)
{
    DccSearch *self = DCC_SEARCH(object);

    g_clear_pointer(&self->walk, dcc_search_walk_unref);
    g_ptr_array_unref(self->places);
    g_clear_pointer(&self->known, g_hash_table_unref);
    g_clear_pointer(&self->open, dcc_search_looks_free);
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

/**
 * dcc_search_new:
 * @root: (type filename): "/"; another directory in tests
 * @environment: (nullable) (array zero-terminated=1) (element-type filename): the environment to look
 * into, or %NULL for the process's own
 *
 * Makes a search that has looked nowhere yet.
 *
 * Returns: (transfer full): a search
 * Since: 1.0
 */
DccSearch *
dcc_search_new(const char *root, const char *const *environment)
{
    DccSearch *self;

    g_return_val_if_fail(root != NULL && g_path_is_absolute(root), NULL);

    self = g_object_new(DCC_TYPE_SEARCH, NULL);
    self->walk = dcc_search_walk_new(root, environment);
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

/* (transfer full): what is there; NULL also where that is not known yet. */
static char **
look(DccSearch *self, DccSearchLook look, const char *argument)
{
    g_autofree char *key = dcc_search_look_name(look, argument);
    char **answer = self->known ? g_hash_table_lookup(self->known, key) : NULL;

    if (answer)
        return g_strdupv(answer);
    if (!self->puts_off)
        return dcc_search_look_at(self->walk, look, argument);
    if (!self->open)
        self->open = dcc_search_looks_new(self->walk);
    dcc_search_looks_add(self->open, look, argument);
    return NULL;
}

/* (transfer full): of a look that has one answer at most. */
static char *
look_for_one(DccSearch *self, DccSearchLook kind, const char *argument)
{
    g_auto(GStrv) found = look(self, kind, argument);

    return found ? g_strdup(found[0]) : NULL;
}

void
dcc_search_put_off(DccSearch *self, gboolean puts_off)
{
    self->puts_off = puts_off;
    if (puts_off && !self->known)
        self->known =
            g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_strfreev);
}

DccSearchLooks *
dcc_search_take_open(DccSearch *self)
{
    return g_steal_pointer(&self->open);
}

void
dcc_search_learn(DccSearch *self, DccSearchLooks *looks)
{
    dcc_search_looks_move(looks, self->known);
    g_ptr_array_set_size(self->places, 0);
    g_ptr_array_add(self->places, NULL);
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
    return dcc_search_walk_getenv(self->walk, variable);
}

/* What a pattern begins with that is not known here, as on a system that has no such thing. */
static gboolean
is_of_another_place(const char *pattern)
{
    return *pattern == '%' || *pattern == '{' || g_str_has_prefix(pattern, "?:");
}

/**
 * dcc_search_glob:
 * @self: a search
 * @pattern: (type filename): an absolute path, or one below "~/", whose components may hold '*',
 * '?' and
 *   '[...]'. It may begin with "%VARIABLE%" for the value of an environment variable, and with
 *   "{KEY/NAME}" for what the registry of Windows has under a key by that name: "HKLM/SOFTWARE/...",
 *   whose components may hold the same. "?:/" stands for each disk of Windows. Where there is no such
 *   variable, registry or disk it stands for nothing.
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
    g_autoptr(GPtrArray) patterns = NULL;
    char **found;

    g_return_val_if_fail(DCC_IS_SEARCH(self), NULL);
    g_return_val_if_fail(pattern != NULL, NULL);

    patterns = dcc_search_walk_expand(self->walk, pattern);
    if (patterns->len == 0 && !is_of_another_place(pattern))
        remember(self, pattern);
    for (guint i = 0; i < patterns->len; i++)
        remember(self, g_ptr_array_index(patterns, i));
    found = look(self, DCC_SEARCH_LOOK_GLOB, pattern);
    return found ? found : g_new0(char *, 1);
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
    g_autofree char *place = NULL;

    g_return_val_if_fail(DCC_IS_SEARCH(self), NULL);
    g_return_val_if_fail(name != NULL && !strchr(name, '/'), NULL);

    place = g_strdup_printf("%s on PATH (%s)", name, dcc_search_walk_get_path(self->walk));
    remember(self, place);
    return look_for_one(self, DCC_SEARCH_LOOK_PROGRAM, name);
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
    g_return_val_if_fail(DCC_IS_SEARCH(self), NULL);
    g_return_val_if_fail(path != NULL, NULL);

    return look_for_one(self, DCC_SEARCH_LOOK_REALPATH, path);
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
    g_autofree char *found = NULL;

    g_return_val_if_fail(DCC_IS_SEARCH(self), FALSE);
    g_return_val_if_fail(path != NULL, FALSE);

    remember(self, path);
    found = look_for_one(self, DCC_SEARCH_LOOK_EXECUTABLE, path);
    return found != NULL;
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
