/* What dcc-watcher-news.c, which answers, sees of a watcher. */
#pragma once

#include "dcc-watch-core.h"

G_BEGIN_DECLS

/* (transfer none) */
DccWatchCore *
dcc_watcher_get_core(DccWatcher *self);

G_END_DECLS
