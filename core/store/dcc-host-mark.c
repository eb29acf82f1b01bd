/* Who uses a state directory now. */
#include "dcc-host-mark.h"

#include "dcc-error.h"
#include "dcc-fields.h"
#include "dcc-file-whole.h"
#include "dcc-identity.h"
#include "dcc-instance-files.h"
#include "dcc-lock.h"
#include "dcc-safe-dir.h"
#include "dcc-store-file.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    char *host;
    char *boot_id;
    char *runtime; /* bytes: the runtime directory of all instances */
} Mark;

#define ROW(member, type, ...)                                                                     \
    {                                                                                              \
        .name = #member, .kind = DCC_FIELD_##type, .offset = G_STRUCT_OFFSET(Mark, member),        \
        __VA_ARGS__                                                                                \
    }

static const DccField fields[] = {
    ROW(host, TEXT, .required = TRUE),
    ROW(boot_id, TEXT),
    ROW(runtime, BYTES),
};

static const DccFieldTable table = DCC_FIELD_TABLE(Mark, fields);

static void
free_mark(Mark *mark)
{
    dcc_fields_free(&table, mark);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Mark, free_mark)

/* (transfer full): of letters that a file name may have. */
static char *
get_host(void)
{
    g_autofree char *host = g_strndup(g_get_host_name(), 64);

    return g_strcanon(g_steal_pointer(&host), G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-", '_');
}

static Mark *
read_mark(const char *dir)
{
    g_autofree char *path = g_build_filename(dir, DCC_HOST_MARK, NULL);
    g_autoptr(JsonObject) object = dcc_store_file_read_json(path);
    g_autoptr(Mark) mark = object != NULL ? dcc_fields_new(&table) : NULL;

    if (mark == NULL || !dcc_fields_read(&table, object, 1, mark, NULL))
        return NULL;
    return g_steal_pointer(&mark);
}

/* It was made under this runtime directory, since the machine started. */
static gboolean
is_of(const Mark *mark, const char *runtime_path)
{
    g_autofree char *host = get_host();

    return g_str_equal(mark->host, host) && g_strcmp0(mark->boot_id, dcc_boot_id()) == 0 &&
           g_strcmp0(mark->runtime, runtime_path) == 0;
}

/* Another user of this machine's name may have it: under another runtime directory (of a login
 * without XDG_RUNTIME_DIR, say), where its lock tells whether it lives. */
static gboolean
is_taken(const Mark *mark, const char *runtime_path, const char *name)
{
    g_autofree char *host = get_host();
    g_autofree char *lock = NULL;

    if (mark == NULL || is_of(mark, runtime_path))
        return FALSE;
    if (!g_str_equal(mark->host, host))
        return TRUE;
    if (g_strcmp0(mark->boot_id, dcc_boot_id()) != 0 || mark->runtime == NULL)
        return FALSE; /* this machine has started anew since */
    lock = g_build_filename(mark->runtime, name, DCC_INSTANCE_DIR_LOCK, NULL);
    return dcc_lock_is_held(lock);
}

static char *
get_own_dir(const char *state_path, const char *name)
{
    g_autofree char *host = get_host();
    g_autofree char *entry = g_strconcat(name, "@", host, NULL);

    return g_build_filename(state_path, entry, NULL);
}

char *
dcc_host_mark_find(const char *state_path, const char *runtime_path, const char *name)
{
    g_autofree char *plain = g_build_filename(state_path, name, NULL);
    g_autofree char *own = get_own_dir(state_path, name);
    g_autoptr(Mark) mark = read_mark(plain);

    if (mark != NULL && is_of(mark, runtime_path))
        return g_steal_pointer(&plain);
    if (g_file_test(own, G_FILE_TEST_IS_DIR) || is_taken(mark, runtime_path, name))
        return g_steal_pointer(&own);
    return g_steal_pointer(&plain);
}

static JsonObject *
make_mark(const char *runtime_path)
{
    g_autofree char *host = get_host();
    const Mark mark = {
        .host = host, .boot_id = (char *)dcc_boot_id(), .runtime = (char *)runtime_path};
    JsonObject *object = json_object_new();

    dcc_fields_write(&table, &mark, object);
    return object;
}

/* Of two that mark at once one wins: a link is made or is not, also on a file server. */
static gboolean
put_mark(const char *dir, const char *runtime_path, gboolean replace)
{
    g_autofree char *path = g_build_filename(dir, DCC_HOST_MARK, NULL);
    g_autofree char *beside = g_strdup_printf("%s.%d-%x", path, (int)getpid(), g_random_int());
    g_autoptr(JsonObject) object = make_mark(runtime_path);
    gboolean lost;

    if (!dcc_store_file_write_json(replace ? path : beside, object, DCC_STORE_RUNTIME, NULL))
        return TRUE;
    lost = !replace && !dcc_file_whole_link(beside, path) && errno == EEXIST;
    if (!replace)
        g_unlink(beside);
    return !lost;
}

/* FALSE without an error: another has it. */
static gboolean
claim(const char *dir, const char *runtime_path, const char *name, GError **error)
{
    if (!dcc_safe_dir_make(dir, error))
        return FALSE;
    for (int attempt = 0; attempt < 3; attempt++) {
        g_autoptr(Mark) mark = read_mark(dir);

        if (mark != NULL && is_of(mark, runtime_path))
            return TRUE;
        if (is_taken(mark, runtime_path, name))
            return FALSE;
        if (put_mark(dir, runtime_path, mark != NULL))
            return TRUE;
    }
    return TRUE; /* what stands there is no mark, and cannot be replaced */
}

char *
dcc_host_mark_claim(const char *state_path,
                    const char *runtime_path,
                    const char *name,
                    GError **error)
{
    g_autofree char *dir = dcc_host_mark_find(state_path, runtime_path, name);
    g_autofree char *own = get_own_dir(state_path, name);
    g_autoptr(GError) problem = NULL;
    g_autoptr(Mark) mark = NULL;

    if (claim(dir, runtime_path, name, &problem))
        return g_steal_pointer(&dir);
    if (problem == NULL && !g_str_equal(dir, own) && claim(own, runtime_path, name, &problem))
        return g_steal_pointer(&own);
    if (problem != NULL) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return NULL;
    }
    mark = read_mark(own);
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_BUSY,
                "the name '%s' is in use by an instance under %s, which shares the state directory "
                "%s; give another with --name",
                name,
                mark != NULL && mark->runtime != NULL ? mark->runtime : "another directory",
                own);
    return NULL;
}

void
dcc_host_mark_release(const char *dir, const char *runtime_path, const char *name)
{
    g_autofree char *path = g_build_filename(dir, DCC_HOST_MARK, NULL);
    g_autoptr(Mark) mark = read_mark(dir);

    if (mark != NULL && is_of(mark, runtime_path))
        g_unlink(path);
}

char *
dcc_host_mark_get_name(const char *entry)
{
    const char *at = strchr(entry, '@');
    g_autofree char *host = get_host();
    g_autofree char *name = at != NULL ? g_strndup(entry, (gsize)(at - entry)) : g_strdup(entry);

    if ((at != NULL && !g_str_equal(at + 1, host)) || !dcc_instance_dir_is_name(name))
        return NULL;
    return g_steal_pointer(&name);
}
