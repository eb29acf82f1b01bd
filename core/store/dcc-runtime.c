/* The two directories of dcchost.
 *
 * Problem: a directory under /tmp or a wrongly shared $XDG_RUNTIME_DIR can be prepared by somebody
 * else, who would then read our sockets or make us write elsewhere. Contract: what is opened is
 * ours, private and no link; anything else is an error that names the path, and nothing is created
 * in its stead. Threading: immutable after dcc_runtime_open().
 */
#include "dcc-runtime.h"

#include "dcc-error.h"
#include "dcc-host-mark.h"
#include "dcc-instance-files.h"
#include "dcc-login.h"
#include "dcc-safe-dir.h"
#include "dcc-user.h"

#include <gio/gio.h>

#include <errno.h>

struct _DccRuntime {
    GObject parent_instance;

    char *path;
    char *state_path;
};

/**
 * DccRuntime:
 *
 * The two directories of dcchost: the runtime one (sockets, locks, records: gone at reboot) and
 * the state one (logs, deaths, rescued work: durable). Immutable.
 *
 * Since: 1.0
 */
G_DEFINE_TYPE(DccRuntime, dcc_runtime, G_TYPE_OBJECT)

static void
dcc_runtime_finalize(GObject *object)
{
    DccRuntime *self = DCC_RUNTIME(object);

    g_free(self->path);
    g_free(self->state_path);
    G_OBJECT_CLASS(dcc_runtime_parent_class)->finalize(object);
}

static void
dcc_runtime_class_init(DccRuntimeClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = dcc_runtime_finalize;
}

static void
dcc_runtime_init(DccRuntime *self)
{
}

static char *
open_runtime_path(GError **error)
{
    const char *given = g_getenv("XDG_RUNTIME_DIR");
    g_autofree char *login = NULL;
    g_autofree char *path = NULL;

    /* Whoever starts programs with HOME and PATH alone means the same instances. */
    if (given == NULL || *given == '\0') {
        login = dcc_login_find_runtime_dir(DCC_LOGIN_RUNTIME_DIRS);
        given = login;
    }
    if (given == NULL) {
        path = dcc_user_make_runtime_path("dcchost");
    } else if (!g_path_is_absolute(given)) {
        g_set_error(
            error,
            DCC_ERROR,
            DCC_ERROR_UNSAFE,
            "XDG_RUNTIME_DIR is '%s', which is not an absolute path; set it right or unset it",
            given);
        return NULL;
    } else {
        if (!dcc_safe_dir_check_parent(given, error))
            return NULL;
        path = g_build_filename(given, "dcchost", NULL);
    }
    if (!dcc_safe_dir_make(path, error))
        return NULL;
    return g_steal_pointer(&path);
}

/* XDG says: a value that is not absolute is to be ignored. */
static char *
open_state_path(GError **error)
{
    const char *given = g_getenv("XDG_STATE_HOME");
    g_autofree char *path = given != NULL && g_path_is_absolute(given)
                                ? g_build_filename(given, "dcchost", NULL)
                                : dcc_user_make_state_path("dcchost");
    g_autofree char *home = g_path_get_dirname(path);

    if (g_mkdir_with_parents(home, 0700) != 0) {
        int saved = errno;
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_UNSAFE,
                    "cannot make the state directory %s: %s; set XDG_STATE_HOME to a directory you "
                    "can write to",
                    home,
                    g_strerror(saved));
        return NULL;
    }
    if (g_file_test(path, G_FILE_TEST_EXISTS) ? !dcc_safe_dir_check(path, error)
                                              : !dcc_safe_dir_make(path, error))
        return NULL;
    return g_steal_pointer(&path);
}

/**
 * dcc_runtime_open:
 * @error: return location for an error
 *
 * Opens the runtime directory (`$XDG_RUNTIME_DIR/dcchost`; where that variable is not set,
 * `/run/user/UID/dcchost` if the user's login has made `/run/user/UID`, else `/tmp/dcchost-UID`; on Windows
 * `%LOCALAPPDATA%\dcchost\run`) and the state directory (`$XDG_STATE_HOME/dcchost`, or
 * `~/.local/state/dcchost`, on Windows `%LOCALAPPDATA%\dcchost\state`), making what is missing for this user alone.
 *
 * Returns: (transfer full) (nullable): the directories; %NULL with `DCC_ERROR_UNSAFE` where one is
 * a link, somebody else's, open to others or cannot be made
 *
 * Since: 1.0
 */
DccRuntime *
dcc_runtime_open(GError **error)
{
    g_autofree char *path = open_runtime_path(error);
    g_autofree char *state_path = path != NULL ? open_state_path(error) : NULL;
    DccRuntime *self;

    if (state_path == NULL)
        return NULL;
    self = g_object_new(DCC_TYPE_RUNTIME, NULL);
    self->path = g_steal_pointer(&path);
    self->state_path = g_steal_pointer(&state_path);
    return self;
}

/**
 * dcc_runtime_get_path:
 * @self: the directories
 *
 * The directory that is gone at reboot.
 *
 * Returns: (transfer none): the runtime directory, gone at the next reboot
 * Since: 1.0
 */
const char *
dcc_runtime_get_path(DccRuntime *self)
{
    g_return_val_if_fail(DCC_IS_RUNTIME(self), NULL);
    return self->path;
}

/**
 * dcc_runtime_get_state_path:
 * @self: the directories
 *
 * The directory that lasts.
 *
 * Returns: (transfer none): the state directory, durable
 * Since: 1.0
 */
const char *
dcc_runtime_get_state_path(DccRuntime *self)
{
    g_return_val_if_fail(DCC_IS_RUNTIME(self), NULL);
    return self->state_path;
}

static gboolean
has_file(const char *dir, const char *file)
{
    g_autofree char *path = g_build_filename(dir, file, NULL);

    return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* A shim has been there, and may be: it knows what runs, whatever became of the session's record. */
static gboolean
is_attended_or_was(const char *dir)
{
    return has_file(dir, DCC_INSTANCE_DIR_RECORD) || has_file(dir, DCC_INSTANCE_DIR_EXIT);
}

static gboolean
has_end(const char *dir)
{
    return has_file(dir, DCC_INSTANCE_DIR_LAST);
}

static void
collect_names(const char *base, gboolean (*is_one)(const char *dir), GHashTable *names)
{
    g_autoptr(GDir) dir = g_dir_open(base, 0, NULL);
    const char *entry;

    while (dir != NULL && (entry = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(base, entry, NULL);

        if (dcc_instance_dir_is_name(entry) && !g_hash_table_contains(names, entry) && is_one(path))
            g_hash_table_add(names, g_strdup(entry));
    }
}

/* Of those that share the state directory, what is this machine's. */
static gboolean
has_ended(DccRuntime *self, const char *name)
{
    g_autofree char *path = dcc_host_mark_find(self->state_path, self->path, name);

    return has_end(path);
}

/* What is known by its record already is not looked at again: whose a state directory is costs a
 * file that is read. */
static void
collect_ended(DccRuntime *self, GHashTable *names)
{
    g_autoptr(GDir) dir = g_dir_open(self->state_path, 0, NULL);
    const char *entry;

    collect_names(self->path, has_end, names);
    while (dir != NULL && (entry = g_dir_read_name(dir)) != NULL) {
        g_autofree char *name = dcc_host_mark_get_name(entry);

        if (name != NULL && !g_hash_table_contains(names, name) && has_ended(self, name))
            g_hash_table_add(names, g_steal_pointer(&name));
    }
}

static int
compare_strings(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/**
 * dcc_runtime_list_names:
 * @self: the directories
 * @all: whether to name those too that have ended and left nothing but state behind
 *
 * The instances there are.
 *
 * Returns: (transfer full) (array zero-terminated=1): the instances' names, sorted
 * Since: 1.0
 */
char **
dcc_runtime_list_names(DccRuntime *self, gboolean all)
{
    g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) sorted = g_ptr_array_new();
    GHashTableIter iter;
    gpointer key;

    g_return_val_if_fail(DCC_IS_RUNTIME(self), NULL);
    collect_names(self->path, is_attended_or_was, names);
    if (all)
        collect_ended(self, names);
    g_hash_table_iter_init(&iter, names);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        g_ptr_array_add(sorted, g_strdup(key));
    g_ptr_array_sort(sorted, compare_strings);
    g_ptr_array_add(sorted, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&sorted), FALSE);
}

/**
 * dcc_runtime_has_name:
 * @self: the directories
 * @name: any text
 *
 * Whether dcc_runtime_list_names() would list it, with those that have ended. This looks at one
 * instance, however many there are.
 *
 * Returns: %TRUE if there is an instance of this name
 * Since: 1.0
 */
gboolean
dcc_runtime_has_name(DccRuntime *self, const char *name)
{
    g_autofree char *path = NULL;

    g_return_val_if_fail(DCC_IS_RUNTIME(self), FALSE);
    g_return_val_if_fail(name != NULL, FALSE);
    if (!dcc_instance_dir_is_name(name))
        return FALSE;
    path = g_build_filename(self->path, name, NULL);
    return is_attended_or_was(path) || has_end(path) || has_ended(self, name);
}
