/* How an instance stood when it was over. */
#include "dcc-last-record.h"

#include "dcc-error.h"
#include "dcc-json.h"
#include "dcc-store-file.h"

static const DccField fields[] = {
    {.name = "record_version",
     .kind = DCC_FIELD_INT,
     .offset = G_STRUCT_OFFSET(DccLastRecord, record_version),
     .max = G_MAXINT},
    {.name = "status",
     .kind = DCC_FIELD_OBJECT,
     .offset = G_STRUCT_OFFSET(DccLastRecord, status),
     .required = TRUE},
    {.name = "request",
     .kind = DCC_FIELD_OBJECT,
     .offset = G_STRUCT_OFFSET(DccLastRecord, request)},
};

const DccFieldTable dcc_last_record_table = DCC_FIELD_TABLE(DccLastRecord, fields);

DccLastRecord *
dcc_last_record_new(JsonObject *status, JsonObject *request)
{
    DccLastRecord *self = dcc_fields_new(&dcc_last_record_table);

    self->record_version = DCC_LAST_RECORD_VERSION;
    self->status = json_object_ref(status);
    self->request = request != NULL ? json_object_ref(request) : NULL;
    return self;
}

void
dcc_last_record_free(DccLastRecord *self)
{
    dcc_fields_free(&dcc_last_record_table, self);
}

JsonObject *
dcc_last_record_to_json(const DccLastRecord *self)
{
    JsonObject *object = json_object_new();

    dcc_fields_write(&dcc_last_record_table, self, object);
    json_object_set_int_member(object, "record_version", DCC_LAST_RECORD_VERSION);
    return object;
}

DccLastRecord *
dcc_last_record_from_json(JsonObject *object, GError **error)
{
    g_autoptr(DccLastRecord) self = NULL;

    if (dcc_json_get_int(object, "record_version", 0) > DCC_LAST_RECORD_VERSION) {
        g_set_error(error, DCC_ERROR, DCC_ERROR_NOT_SUPPORTED, "it was written by a newer dcchost");
        return NULL;
    }
    self = dcc_fields_new(&dcc_last_record_table);
    if (!dcc_fields_read(&dcc_last_record_table, object, DCC_LAST_RECORD_VERSION, self, error))
        return NULL;
    self->record_version = DCC_LAST_RECORD_VERSION;
    return g_steal_pointer(&self);
}

DccLastRecord *
dcc_last_record_read(const char *path, GError **error)
{
    g_autoptr(JsonObject) object = dcc_store_file_read_json(path);
    gboolean there = object != NULL || g_file_test(path, G_FILE_TEST_EXISTS);
    DccLastRecord *self;

    if (object == NULL) {
        g_set_error(error,
                    DCC_ERROR,
                    there ? DCC_ERROR_FAILED : DCC_ERROR_NOT_FOUND,
                    there ? "%s is damaged" : "there is no %s",
                    path);
        return NULL;
    }
    self = dcc_last_record_from_json(object, error);
    if (self == NULL)
        g_prefix_error(error, "%s: ", path);
    return self;
}

gboolean
dcc_last_record_put(const DccLastRecord *self,
                    const char *state_file,
                    const char *runtime_file,
                    gboolean *kept,
                    GError **error)
{
    g_autoptr(JsonObject) object = dcc_last_record_to_json(self);

    *kept = FALSE;
    if (dcc_store_file_write_json(state_file, object, DCC_STORE_STATE, error))
        return TRUE;
    *kept = dcc_store_file_write_json(runtime_file, object, DCC_STORE_RUNTIME, NULL);
    return FALSE;
}
