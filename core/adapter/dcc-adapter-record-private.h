/* Making lines of the registry. */
#pragma once

#include "dcc-adapter-record.h"

G_BEGIN_DECLS

/* (transfer full) */
DccAdapterRecord *
dcc_adapter_record_new_loaded(const char *id,
                              const char *path,
                              const char *version,
                              DccAdapter *adapter);
/* (transfer full) */
DccAdapterRecord *
dcc_adapter_record_new_refused(const char *path, const char *reason);

G_END_DECLS
