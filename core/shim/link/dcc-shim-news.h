/* The news of a run, whoever tells them: which come once, what the record says of them, and their signal. */
#pragma once

#include "dcc-shim-link.h"
#include "dcc-shim-wire.h"

G_BEGIN_DECLS

/* The signal "news" of a link's class: its id. */
guint
dcc_shim_news_add_signal(GType type);
/* FALSE: it comes once, and has been told. *told: bits of what has been, this one afterwards among them. */
gboolean
dcc_shim_news_take(guint *told, DccShimNews news);
/* Of STARTED, REFUSED, EXITED and EMPTY, whether the record says that it has come to that. */
gboolean
dcc_shim_news_is_recorded(const DccShimSlot *slot, DccShimNews news);

G_END_DECLS
