/* What the registry may do to an adapter and nobody else. */
#pragma once

#include "dcc-adapter.h"

G_BEGIN_DECLS

/* Lower-case letters, digits and '-', beginning with a letter, at most 64. */
gboolean
dcc_adapter_id_is_valid(const char *id);
/* Gives an adapter that has no id the one it was registered under. FALSE if it has another one. */
gboolean
dcc_adapter_adopt_id(DccAdapter *self, const char *id);

G_END_DECLS
