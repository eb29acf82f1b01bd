/* Looks of a search that are put off: what an adapter wants to know of the file system is noted, and looked at where a file
 * server may take its time.
 *
 * Threading: the notes belong to one thread at a time; dcc_search_looks_do() may run in any. The rest is the search's. */
#pragma once

#include "dcc-search-walk.h"
#include "dcc-search.h"

G_BEGIN_DECLS

typedef enum {
    DCC_SEARCH_LOOK_GLOB,
    DCC_SEARCH_LOOK_PROGRAM,
    DCC_SEARCH_LOOK_REALPATH,
    DCC_SEARCH_LOOK_EXECUTABLE,
} DccSearchLook;

typedef struct _DccSearchLooks DccSearchLooks;

/* (transfer full): what is told of a look apart from others by. */
char *
dcc_search_look_name(DccSearchLook look, const char *argument);
/* (transfer full): what is there; empty: nothing. */
char **
dcc_search_look_at(const DccSearchWalk *walk, DccSearchLook look, const char *argument);

DccSearchLooks *
dcc_search_looks_new(DccSearchWalk *walk);
void
dcc_search_looks_add(DccSearchLooks *self, DccSearchLook look, const char *argument);
/* Looks at all of it. */
void
dcc_search_looks_do(DccSearchLooks *self);
/* Puts the answers under their names. */
void
dcc_search_looks_move(DccSearchLooks *self, GHashTable *known);
void
dcc_search_looks_free(DccSearchLooks *self);

/* From now on an answer that is not known is "nothing there", and is noted; FALSE: it is looked at again, but what is known
 * stays so. */
void
dcc_search_put_off(DccSearch *self, gboolean puts_off);
/* (transfer full) (nullable): what was noted since; NULL: nothing, so all that was answered is true. */
DccSearchLooks *
dcc_search_take_open(DccSearch *self);
/* looks: done. Places are remembered anew: whoever asked is to ask again. */
void
dcc_search_learn(DccSearch *self, DccSearchLooks *looks);

G_END_DECLS
