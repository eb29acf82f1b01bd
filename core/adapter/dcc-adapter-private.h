/* What this layer alone may do to an adapter and to a record. */
#pragma once

#include "dcc-adapter-record.h"

G_BEGIN_DECLS

/* Gives an adapter that has no id the one it was registered under. FALSE if it has another one. */
gboolean
dcc_adapter_adopt_id(DccAdapter *self, const char *id);
/* (transfer full): what dcc_adapter_set_failure() said since the last time, or NULL. */
char *
dcc_adapter_take_failure(DccAdapter *self);

/* The questions that have no way to return an error, for who wants to know it all the same: NULL
 * with the error set is a bad answer. */
char *
dcc_adapter_ask_version(DccAdapter *self,
                        DccInstallation *installation,
                        const char *output,
                        GError **error);
DccOutputEvent *
dcc_adapter_ask_line(DccAdapter *self, const char *line, GError **error);
DccVerdict *
dcc_adapter_ask_verdict(DccAdapter *self, DccExitInfo *info, GError **error);

/* (transfer full): lines of the registry. */
DccAdapterRecord *
dcc_adapter_record_new_loaded(const char *id,
                              const char *path,
                              const char *version,
                              DccAdapter *adapter);
DccAdapterRecord *
dcc_adapter_record_new_refused(const char *path, const char *reason);

G_END_DECLS
