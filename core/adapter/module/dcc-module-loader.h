/* From a module file to an adapter. */
#pragma once

#include "dcc-adapter.h"

G_BEGIN_DECLS

/* The id in a file name dcchost-<id>.so; NULL with error ADAPTER when it holds none. */
char *
dcc_module_id_from_path(const char *path, GError **error);
/* (transfer full): *version is static. Every error names the file. The module stays loaded once a
 * function of it has been called, whatever comes of it. */
DccAdapter *
dcc_module_load(const char *path, const char **version, GError **error);

G_END_DECLS
