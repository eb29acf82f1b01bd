/* The two directories of dcchost: the runtime one (sockets, locks, records: gone at reboot) and the
 * state one (logs, deaths, rescued work: durable). Opened without following links, owner and mode
 * checked; a hostile or unwritable one is an error, and nothing is created elsewhere. */
#pragma once

#include "dcc-api.h"
#include <glib-object.h>

G_BEGIN_DECLS

#define DCC_TYPE_RUNTIME (dcc_runtime_get_type())
DCC_API
G_DECLARE_FINAL_TYPE(DccRuntime, dcc_runtime, DCC, RUNTIME, GObject)

/* $XDG_RUNTIME_DIR/dcchost, else /run/user/UID/dcchost where the login has made that, else
 * /tmp/dcchost-UID; $XDG_STATE_HOME/dcchost, else ~/.local/state/dcchost. Made when missing. Error UNSAFE says which path and what to do. */
DCC_API DccRuntime *
dcc_runtime_open(GError **error);
DCC_API const char *
dcc_runtime_get_path(DccRuntime *self);
DCC_API const char *
dcc_runtime_get_state_path(DccRuntime *self);
/* (transfer full): names with a directory in the runtime directory; with all, also those that only
 * left state behind. Sorted. */
DCC_API char **
dcc_runtime_list_names(DccRuntime *self, gboolean all);
/* Whether it is one of those, of all. Looks at no other. */
DCC_API gboolean
dcc_runtime_has_name(DccRuntime *self, const char *name);

G_END_DECLS
