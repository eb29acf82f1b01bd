/* Where the shim is: $DCCHOST_SHIM (for an uninstalled tree; not when setuid), else the installed
 * one. */
#pragma once

#include "dcc-api.h"

G_BEGIN_DECLS

/* (transfer full): NULL and error NOT_FOUND when there is none that can be run, NOT_SUPPORTED
 * where sessions do without. */
DCC_API char *
dcc_shim_path(GError **error);

G_END_DECLS
