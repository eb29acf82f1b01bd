/* What became of a session that was listened to and is gone without a last word. */
#pragma once

#include "dcc-runtime.h"

G_BEGIN_DECLS

/* Says on stderr what happened and what to do; returns the exit status. */
int
cli_vanished_fail(DccRuntime *runtime, const char *name);

G_END_DECLS
