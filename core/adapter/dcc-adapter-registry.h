/* The adapters of this process: those loaded from module files, those added by the program, and the
 * files that were refused, each with its reason. Modules stay loaded until the process ends. */
#pragma once

#include "dcc-adapter.h"

G_BEGIN_DECLS

#define DCC_TYPE_ADAPTER_REGISTRY (dcc_adapter_registry_get_type())
DCC_API
G_DECLARE_FINAL_TYPE(DccAdapterRegistry, dcc_adapter_registry, DCC, ADAPTER_REGISTRY, GObject)

DCC_API DccAdapterRegistry *
dcc_adapter_registry_new(void);
/* Looks through $DCCHOST_ADAPTER_PATH (not when setuid), $XDG_DATA_HOME/dcchost/adapters and
 * $libdir/dcchost-1/adapters for dcchost-<id>.so, first wins. Errors are per file, never for the
 * whole. */
DCC_API void
dcc_adapter_registry_load_all(DccAdapterRegistry *self);
/* Only what is needed to answer for one application: the file that bears its name, else all. */
DCC_API void
dcc_adapter_registry_load_for(DccAdapterRegistry *self, const char *id);
DCC_API DccAdapter *
dcc_adapter_registry_load_file(DccAdapterRegistry *self, const char *path, GError **error);
/* An adapter made by the program itself (in Python, say). */
DCC_API gboolean
dcc_adapter_registry_add(DccAdapterRegistry *self,
                         const char *id,
                         DccAdapter *adapter,
                         GError **error);
/* (transfer none): error UNKNOWN_APP names what is known and what is spelled alike. */
DCC_API DccAdapter *
dcc_adapter_registry_lookup(DccAdapterRegistry *self, const char *id, GError **error);
/* (transfer full): a list of DccAdapterRecord, loaded and refused, in search order. */
DCC_API GListModel *
dcc_adapter_registry_list(DccAdapterRegistry *self);
/* (transfer full): the directories searched, in order. */
DCC_API char **
dcc_adapter_registry_get_search_path(DccAdapterRegistry *self);

G_END_DECLS
