/* One line of the registry: an adapter that is there, or a file that was refused and why. */
#pragma once

#include "dcc-adapter.h"

G_BEGIN_DECLS

#define DCC_TYPE_ADAPTER_RECORD (dcc_adapter_record_get_type())
DCC_API
G_DECLARE_FINAL_TYPE(DccAdapterRecord, dcc_adapter_record, DCC, ADAPTER_RECORD, GObject)

/* NULL for a refused file whose id could not be read. */
DCC_API const char *
dcc_adapter_record_get_id(DccAdapterRecord *self);
/* NULL for an adapter the program added. */
DCC_API const char *
dcc_adapter_record_get_path(DccAdapterRecord *self);
DCC_API const char *
dcc_adapter_record_get_version(DccAdapterRecord *self);
/* (transfer none): NULL when refused. */
DCC_API DccAdapter *
dcc_adapter_record_get_adapter(DccAdapterRecord *self);
/* NULL when loaded. */
DCC_API const char *
dcc_adapter_record_get_refusal(DccAdapterRecord *self);

G_END_DECLS
