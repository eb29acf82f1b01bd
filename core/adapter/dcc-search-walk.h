/* The file system as a search walks it: patterns, programs, links, below one root.
 *
 * Threading: it does not change after it was made; any thread may walk. A file server may hold up whoever does. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _DccSearchWalk DccSearchWalk;

/* root: absolute; environment: NULL for the process's own. */
DccSearchWalk *
dcc_search_walk_new(const char *root, const char *const *environment);
DccSearchWalk *
dcc_search_walk_ref(DccSearchWalk *self);
void
dcc_search_walk_unref(DccSearchWalk *self);

/* These look at nothing but the environment. */
const char *
dcc_search_walk_getenv(const DccSearchWalk *self, const char *variable);
const char *
dcc_search_walk_get_path(const DccSearchWalk *self);
/* (transfer full): the absolute patterns that one stands for. */
GPtrArray *
dcc_search_walk_expand(const DccSearchWalk *self, const char *pattern);

/* As dcc-search.h has them. (transfer full) */
char **
dcc_search_walk_glob(const DccSearchWalk *self, const char *pattern);
char *
dcc_search_walk_program(const DccSearchWalk *self, const char *name);
char *
dcc_search_walk_realpath(const DccSearchWalk *self, const char *path);
gboolean
dcc_search_walk_is_executable(const DccSearchWalk *self, const char *path);

G_END_DECLS
