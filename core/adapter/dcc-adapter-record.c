/* One line of the registry. Immutable. */
#include "dcc-adapter-record-private.h"

struct _DccAdapterRecord {
    GObject parent_instance;
    char *id;
    char *path;
    char *version;
    char *refusal;
    DccAdapter *adapter;
};

/**
 * DccAdapterRecord:
 *
 * One line of an [class@DccHost.AdapterRegistry]: an adapter that is there, or a file that was
 * refused and why. Immutable.
 *
 * Since: 1.0
 */
G_DEFINE_TYPE(DccAdapterRecord, dcc_adapter_record, G_TYPE_OBJECT)

static void
dcc_adapter_record_finalize(GObject *object)
{
    DccAdapterRecord *self = DCC_ADAPTER_RECORD(object);

    g_free(self->id);
    g_free(self->path);
    g_free(self->version);
    g_free(self->refusal);
    g_clear_object(&self->adapter);
    G_OBJECT_CLASS(dcc_adapter_record_parent_class)->finalize(object);
}

static void
dcc_adapter_record_class_init(DccAdapterRecordClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = dcc_adapter_record_finalize;
}

static void
dcc_adapter_record_init(DccAdapterRecord *self)
{
}

DccAdapterRecord *
dcc_adapter_record_new_loaded(const char *id,
                              const char *path,
                              const char *version,
                              DccAdapter *adapter)
{
    DccAdapterRecord *self = g_object_new(DCC_TYPE_ADAPTER_RECORD, NULL);

    self->id = g_strdup(id);
    self->path = g_strdup(path);
    self->version = g_strdup(version);
    self->adapter = g_object_ref(adapter);
    return self;
}

/* The id is the file's word for it: dcchost-<id>.so. */
static char *
id_of_path(const char *path)
{
    g_autofree char *name = g_path_get_basename(path);

    if (!g_str_has_prefix(name, "dcchost-") || !g_str_has_suffix(name, "." G_MODULE_SUFFIX))
        return NULL;
    name[strlen(name) - strlen("." G_MODULE_SUFFIX)] = '\0';
    return g_strdup(name + strlen("dcchost-"));
}

DccAdapterRecord *
dcc_adapter_record_new_refused(const char *path, const char *reason)
{
    DccAdapterRecord *self = g_object_new(DCC_TYPE_ADAPTER_RECORD, NULL);

    self->id = id_of_path(path);
    self->path = g_strdup(path);
    self->refusal = g_strdup(reason);
    return self;
}

/**
 * dcc_adapter_record_get_id:
 * @self: a record
 *
 * The application the adapter answers for. Of a refused file it is what its name says.
 *
 * Returns: (transfer none) (nullable): the id; %NULL for a refused file whose name holds none
 * Since: 1.0
 */
const char *
dcc_adapter_record_get_id(DccAdapterRecord *self)
{
    g_return_val_if_fail(DCC_IS_ADAPTER_RECORD(self), NULL);
    return self->id;
}

/**
 * dcc_adapter_record_get_path:
 * @self: a record
 *
 * The module file, as it was found.
 *
 * Returns: (transfer none) (nullable) (type filename): the path; %NULL for an adapter that the
 * program added
 * Since: 1.0
 */
const char *
dcc_adapter_record_get_path(DccAdapterRecord *self)
{
    g_return_val_if_fail(DCC_IS_ADAPTER_RECORD(self), NULL);
    return self->path;
}

/**
 * dcc_adapter_record_get_version:
 * @self: a record
 *
 * The module's own version.
 *
 * Returns: (transfer none) (nullable): the version, or %NULL when it states none
 * Since: 1.0
 */
const char *
dcc_adapter_record_get_version(DccAdapterRecord *self)
{
    g_return_val_if_fail(DCC_IS_ADAPTER_RECORD(self), NULL);
    return self->version;
}

/**
 * dcc_adapter_record_get_adapter:
 * @self: a record
 *
 * The adapter itself.
 *
 * Returns: (transfer none) (nullable): the adapter; %NULL for a refused file
 * Since: 1.0
 */
DccAdapter *
dcc_adapter_record_get_adapter(DccAdapterRecord *self)
{
    g_return_val_if_fail(DCC_IS_ADAPTER_RECORD(self), NULL);
    return self->adapter;
}

/**
 * dcc_adapter_record_get_refusal:
 * @self: a record
 *
 * Why the file was refused: one sentence that names it.
 *
 * Returns: (transfer none) (nullable): the reason; %NULL for an adapter that is loaded
 * Since: 1.0
 */
const char *
dcc_adapter_record_get_refusal(DccAdapterRecord *self)
{
    g_return_val_if_fail(DCC_IS_ADAPTER_RECORD(self), NULL);
    return self->refusal;
}
