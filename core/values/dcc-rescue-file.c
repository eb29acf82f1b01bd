/* A file that holds work or evidence of an ended run.
 *
 * Contract: immutable; the path is bytes. Threading: any thread.
 */
#include "dcc-rescue-file.h"

struct _DccRescueFile {
    GObject parent_instance;
    DccRescueKind kind;
    char *path;
};

/**
 * DccRescueFile:
 *
 * A file that holds work or evidence of an ended run. Immutable.
 *
 * Since: 1.0
 */
G_DEFINE_TYPE(DccRescueFile, dcc_rescue_file, G_TYPE_OBJECT)

static void
dcc_rescue_file_finalize(GObject *object)
{
    g_free(DCC_RESCUE_FILE(object)->path);
    G_OBJECT_CLASS(dcc_rescue_file_parent_class)->finalize(object);
}

static void
dcc_rescue_file_class_init(DccRescueFileClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = dcc_rescue_file_finalize;
}

static void
dcc_rescue_file_init(DccRescueFile *self)
{
}

/**
 * dcc_rescue_file_new:
 * @kind: what it is
 * @path: (type filename): where it is
 *
 * A file that holds work or evidence.
 *
 * Returns: (transfer full): a new #DccRescueFile
 *
 * Since: 1.0
 */
DccRescueFile *
dcc_rescue_file_new(DccRescueKind kind, const char *path)
{
    g_return_val_if_fail(path != NULL, NULL);

    DccRescueFile *self = g_object_new(DCC_TYPE_RESCUE_FILE, NULL);

    self->kind = kind;
    self->path = g_strdup(path);
    return self;
}

/**
 * dcc_rescue_file_get_kind:
 * @self: a #DccRescueFile
 *
 * What the file is.
 *
 * Returns: a kind
 *
 * Since: 1.0
 */
DccRescueKind
dcc_rescue_file_get_kind(DccRescueFile *self)
{
    g_return_val_if_fail(DCC_IS_RESCUE_FILE(self), DCC_RESCUE_CRASH_REPORT);

    return self->kind;
}

/**
 * dcc_rescue_file_get_path:
 * @self: a #DccRescueFile
 *
 * Where the file is.
 *
 * Returns: (type filename): its path
 *
 * Since: 1.0
 */
const char *
dcc_rescue_file_get_path(DccRescueFile *self)
{
    g_return_val_if_fail(DCC_IS_RESCUE_FILE(self), NULL);

    return self->path;
}
