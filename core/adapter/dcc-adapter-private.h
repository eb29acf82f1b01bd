/* What the registry may do to an adapter and to a record, and nobody else. */
#pragma once

#include "dcc-adapter-record.h"

G_BEGIN_DECLS

/* Lower-case letters, digits and '-', beginning with a letter, at most 64. */
gboolean
dcc_adapter_id_is_valid(const char *id);
/* Gives an adapter that has no id the one it was registered under. FALSE if it has another one. */
gboolean
dcc_adapter_adopt_id(DccAdapter *self, const char *id);
/* (transfer full): lines of the registry. */
DccAdapterRecord *
dcc_adapter_record_new_loaded(const char *id,
                              const char *path,
                              const char *version,
                              DccAdapter *adapter);
DccAdapterRecord *
dcc_adapter_record_new_refused(const char *path, const char *reason);

G_END_DECLS
