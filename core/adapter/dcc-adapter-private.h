/* What dcchost alone may do to an adapter. */
#pragma once

#include "dcc-adapter.h"

G_BEGIN_DECLS

/* Gives an adapter that has no id the one it was registered under. FALSE if it has another one. */
gboolean
dcc_adapter_adopt_id(DccAdapter *self, const char *id);
/* Until it is called again with NULL: what is wrong with answers to questions that cannot return an
 * error is put there, and not into the log. */
void
dcc_adapter_catch(DccAdapter *self, GError **caught);

G_END_DECLS
