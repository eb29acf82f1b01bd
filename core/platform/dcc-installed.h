/* Where the files of this dcchost are: an installed tree may be moved as a whole. */
#pragma once

#include "dcc-api.h"

G_BEGIN_DECLS

/* (transfer full): path, a place below the prefix that dcchost was built for, as a place below the
 * prefix that the library was loaded from. Unchanged where that cannot be told, as in a build
 * tree. */
char *
dcc_installed_path(const char *path);

G_END_DECLS
