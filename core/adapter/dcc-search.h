/* Where an adapter looks for installations. It remembers every place it was asked to look at, so
 * that "not installed" can list them. Reads only; never leaves its root, which tests set. */
#pragma once

#include "dcc-api.h"
#include <glib-object.h>

G_BEGIN_DECLS

#define DCC_TYPE_SEARCH (dcc_search_get_type())
DCC_API
G_DECLARE_FINAL_TYPE(DccSearch, dcc_search, DCC, SEARCH, GObject)

/* root: "/" but in tests; environment: NULL for the process's own. */
DCC_API DccSearch *
dcc_search_new(const char *root, const char *const *environment);
/* Bytes of the variable, or NULL. Remembered as the name of an override that was looked at. */
DCC_API const char *
dcc_search_getenv(DccSearch *self, const char *variable);
/* (transfer full): what matches, sorted, newest version last is NOT promised; "~/" is the home
 * directory. Symbolic links are followed, loops end, what is not there is simply no match. */
DCC_API char **
dcc_search_glob(DccSearch *self, const char *pattern);
/* (transfer full): the first executable regular file of this name on PATH, or NULL. */
DCC_API char *
dcc_search_program(DccSearch *self, const char *name);
/* (transfer full): path with every link resolved, below the root; NULL if it is not there. */
DCC_API char *
dcc_search_realpath(DccSearch *self, const char *path);
DCC_API gboolean
dcc_search_is_executable(DccSearch *self, const char *path);
/* (transfer none): the places and variables looked at so far, in order, each once. */
DCC_API const char *const *
dcc_search_get_places(DccSearch *self);

G_END_DECLS
