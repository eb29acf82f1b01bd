/* From a module file to an adapter.
 *
 * Contract: the file is checked before it is mapped, the descriptor before a function of the module
 * is called. A refusal before that closes the module; after that its types may be registered, which
 * cannot be undone, so it stays loaded and unused. One module answers for one id in a process: a
 * second registry gets a new adapter of the same type, also when the file was replaced meanwhile. A
 * process keeps what it loaded. Not done: loading a module in a child first,
 * to survive constructors that crash. A child that forks from a threaded process may not run a
 * dynamic loader, and one that is started afresh would cost each command ten milliseconds a module.
 * What a file's owner puts into its constructors is trusted as the file is. Threading: any thread.
 */
#include "dcc-module-loader.h"
#include "dcc-adapter-module.h"
#include "dcc-error.h"
#include "dcc-module-file.h"
#include <gmodule.h>
#include <string.h>

#define PREFIX "dcchost-"
#define SUFFIX "." G_MODULE_SUFFIX

typedef struct {
    const DccAdapterModule *descriptor;
    char *real_path; /* of the file it was loaded from */
    GType type;
} Accepted;

static GMutex accepted_lock;
static GHashTable *accepted; /* of id: Accepted; for the life of the process */

G_GNUC_PRINTF(3, 4)
static gboolean
refuse(GError **error, const char *path, const char *format, ...)
{
    g_autofree char *what = NULL;
    va_list args;

    va_start(args, format);
    what = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, DCC_ERROR, DCC_ERROR_ADAPTER, "module file %s %s", path, what);
    return FALSE;
}

char *
dcc_module_id_from_path(const char *path, GError **error)
{
    g_autofree char *name = g_path_get_basename(path);
    gsize length = strlen(name);
    char *id;

    if (length > strlen(PREFIX SUFFIX) && g_str_has_prefix(name, PREFIX) &&
        g_str_has_suffix(name, SUFFIX)) {
        name[length - strlen(SUFFIX)] = '\0';
        id = name + strlen(PREFIX);
        if (dcc_adapter_id_is_valid(id))
            return g_strdup(id);
    }
    refuse(error,
           path,
           "has no name of the form dcchost-<id>" SUFFIX
           ", where id is lower-case letters, digits and '-'");
    return NULL;
}

/* All that can be known without calling a function of the module. */
static gboolean
check_descriptor(const DccAdapterModule *d, const char *path, const char *id, GError **error)
{
    if (d->magic != DCC_ADAPTER_MODULE_MAGIC)
        return refuse(
            error, path, "has a symbol " DCC_ADAPTER_MODULE_SYMBOL " that is none of ours");
    if (d->abi_major != DCC_ADAPTER_ABI_MAJOR)
        return refuse(error,
                      path,
                      "is built for adapter interface %u, this dcchost has %d: rebuild it",
                      d->abi_major,
                      DCC_ADAPTER_ABI_MAJOR);
    if (d->abi_minor > DCC_ADAPTER_ABI_MINOR)
        return refuse(error,
                      path,
                      "needs adapter interface %u.%u, this dcchost has %d.%d: update dcchost",
                      d->abi_major,
                      d->abi_minor,
                      DCC_ADAPTER_ABI_MAJOR,
                      DCC_ADAPTER_ABI_MINOR);
    if (d->size < sizeof *d)
        return refuse(error,
                      path,
                      "has a descriptor of %u bytes, %" G_GSIZE_FORMAT " are needed: rebuild it",
                      d->size,
                      sizeof *d);
    if (!d->id || !d->type_name || !d->get_type)
        return refuse(error, path, "has a descriptor without id, type name or type function");
    if (!dcc_adapter_id_is_valid(d->id) || strcmp(d->id, id) != 0)
        return refuse(error, path, "says it is the adapter '%.64s', its name says '%s'", d->id, id);
    if (g_type_from_name(d->type_name) != 0)
        return refuse(
            error,
            path,
            "defines the type %s, which another module or the program has defined already",
            d->type_name);
    return TRUE;
}

static gboolean
check_type(GType type, const DccAdapterModule *d, const char *path, GError **error)
{
    if (type == G_TYPE_INVALID || !g_type_is_a(type, DCC_TYPE_ADAPTER))
        return refuse(error, path, "defines the type %s, which is no DccAdapter", d->type_name);
    if (strcmp(g_type_name(type), d->type_name) != 0)
        return refuse(
            error, path, "says its type is %s, but it is %s", d->type_name, g_type_name(type));
    if (G_TYPE_IS_ABSTRACT(type))
        return refuse(
            error, path, "defines the type %s, which is abstract and cannot be made", d->type_name);
    return TRUE;
}

/* A subclass that names itself in its init function is taken by its word, and must keep it. */
static DccAdapter *
make_adapter(GType type, const char *path, const char *id, GError **error)
{
    g_autoptr(DccAdapter) adapter = g_object_new(type, "id", id, NULL);
    const char *own = dcc_adapter_get_id(adapter);

    if (g_strcmp0(own, id) == 0)
        return g_steal_pointer(&adapter);
    refuse(error, path, "makes an adapter '%s', its name says '%s'", own ? own : "", id);
    return NULL;
}

static void
accepted_free(gpointer data)
{
    Accepted *entry = data;

    g_free(entry->real_path);
    g_free(entry);
}

/* Takes the module: resident from here on. */
static Accepted *
accept_module(GModule *module,
              DccModuleFile *file,
              const DccAdapterModule *d,
              const char *path,
              const char *id,
              GError **error)
{
    Accepted *entry;
    GType type;

    g_module_make_resident(module);
    type = d->get_type();
    if (!check_type(type, d, path, error))
        return NULL;
    entry = g_new0(Accepted, 1);
    entry->descriptor = d;
    entry->type = type;
    entry->real_path = g_strdup(file->real_path);
    g_hash_table_insert(accepted, g_strdup(id), entry);
    return entry;
}

static Accepted *
examine_module(
    GModule *module, DccModuleFile *file, const char *path, const char *id, GError **error)
{
    gpointer symbol = NULL;

    if (!g_module_symbol(module, DCC_ADAPTER_MODULE_SYMBOL, &symbol) || !symbol) {
        refuse(error, path, "has no symbol " DCC_ADAPTER_MODULE_SYMBOL ": it is no adapter");
        return NULL;
    }
    if (!check_descriptor(symbol, path, id, error))
        return NULL;
    return accept_module(module, file, symbol, path, id, error);
}

/* The loader names what it was given; people know the file. */
static void
refuse_to_open(
    DccModuleFile *file, const char *load_path, const char *path, const char *why, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(why ? why : "for no known reason", load_path, -1);
    g_autofree char *words = g_strjoinv(file->real_path, parts);

    refuse(error, path, "cannot be loaded: %s", words);
}

static GModule *
open_module(DccModuleFile *file, const char *path, GError **error)
{
    g_autofree char *load_path = dcc_module_file_get_load_path(file);
    /* Not lazy: an undefined symbol is to be known now, not when it is called. */
    GModule *module = g_module_open(load_path, G_MODULE_BIND_LOCAL);

    if (!module) {
        refuse_to_open(file, load_path, path, g_module_error(), error);
        return NULL;
    }
    if (file->copy >= 0 || dcc_module_file_is_same(file, error))
        return module;
    g_module_close(module);
    return NULL;
}

static Accepted *
load_new(DccModuleFile *file, const char *path, const char *id, GError **error)
{
    GModule *module = open_module(file, path, error);
    Accepted *entry = module ? examine_module(module, file, path, id, error) : NULL;

    if (entry)
        dcc_module_file_keep(file);
    /* A resident module only loses a reference. */
    if (module)
        g_module_close(module);
    return entry;
}

/* With the lock held. What is loaded from this very path stays what this process has. */
static Accepted *
find_or_load(const char *path, const char *id, GError **error)
{
    Accepted *entry = g_hash_table_lookup(accepted, id);
    g_autoptr(DccModuleFile) file = dcc_module_file_check(path, error);

    if (!file)
        return NULL;
    if (!entry)
        return load_new(file, path, id, error);
    if (strcmp(entry->real_path, file->real_path) == 0)
        return entry;
    refuse(error, path, "is not loaded: this process has another adapter '%s' already", id);
    return NULL;
}

DccAdapter *
dcc_module_load(const char *path, const char **version, GError **error)
{
    g_autofree char *id = dcc_module_id_from_path(path, error);
    GType type = G_TYPE_INVALID;
    Accepted *entry;

    if (!id)
        return NULL;
    g_mutex_lock(&accepted_lock);
    if (!accepted)
        accepted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, accepted_free);
    entry = find_or_load(path, id, error);
    if (entry) {
        *version = entry->descriptor->version;
        type = entry->type;
    }
    g_mutex_unlock(&accepted_lock);
    return entry ? make_adapter(type, path, id, error) : NULL;
}
