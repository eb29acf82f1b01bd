/* How an instance stood when it was over, for `status` and `restart`: last.json in the state
 * directory. */
#pragma once

#include "dcc-fields.h"

G_BEGIN_DECLS

#define DCC_LAST_RECORD_VERSION 1

typedef struct {
    gint64 record_version;
    JsonObject *status;  /* the status object */
    JsonObject *request; /* dcc_request_to_json() */
} DccLastRecord;

extern const DccFieldTable dcc_last_record_table;

/* (transfer full): takes references. */
DccLastRecord *
dcc_last_record_new(JsonObject *status, JsonObject *request);
void
dcc_last_record_free(DccLastRecord *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccLastRecord, dcc_last_record_free)

/* (transfer full) */
JsonObject *
dcc_last_record_to_json(const DccLastRecord *self);
/* (transfer full): errors NOT_SUPPORTED (a newer dcchost has written it), FAILED. */
DccLastRecord *
dcc_last_record_from_json(JsonObject *object, GError **error);
/* (transfer full): errors as above, with the file's name; NOT_FOUND: there is none. */
DccLastRecord *
dcc_last_record_read(const char *path, GError **error);
/* Into the state directory; where that does not take it, FALSE with its error, and *kept says
 * whether the runtime directory did. */
gboolean
dcc_last_record_put(const DccLastRecord *self,
                    const char *state_file,
                    const char *runtime_file,
                    gboolean *kept,
                    GError **error);

G_END_DECLS
