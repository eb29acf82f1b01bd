/* GSources on the main context of the thread that makes them, and letting go of them. */
#pragma once

#include "dcc-api.h"

G_BEGIN_DECLS

/* source: (transfer full), given back. Priority default, whatever kind it is: an idle source's own
 * would wait for ever in a busy main loop. */
GSource *
dcc_source_attach(GSource *source, GSourceFunc func, gpointer data);
/* From any thread: func runs once in that context, and destroy after it. */
void
dcc_source_call(GMainContext *context, GSourceFunc func, gpointer data, GDestroyNotify destroy);
/* Destroys the source *source holds, if it holds one, and forgets it. */
void
dcc_source_clear(GSource **source);

G_END_DECLS
