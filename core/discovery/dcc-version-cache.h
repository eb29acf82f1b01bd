/* Versions that only the application itself could tell, remembered in
 * $XDG_CACHE_HOME/dcchost/versions.json. A convenience: a cache that is damaged, of another format
 * or cannot be written is no error, it only costs time. */
#pragma once

#include "dcc-api.h"
#include <glib-object.h>

G_BEGIN_DECLS

typedef struct _DccVersionCache DccVersionCache;

DccVersionCache *
dcc_version_cache_load(void);
/* The version that this very file had when it was asked; NULL when it never was or has changed
 * since. */
const char *
dcc_version_cache_get(DccVersionCache *self, const char *path);
void
dcc_version_cache_put(DccVersionCache *self, const char *path, const char *version);
/* Writes it, whole or not at all, if something was put into it. */
void
dcc_version_cache_save(DccVersionCache *self);
void
dcc_version_cache_free(DccVersionCache *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccVersionCache, dcc_version_cache_free)

G_END_DECLS
