/* Everything that one launch has started, found again without being its parent or subreaper. */
#pragma once

#include "dcc-error.h"

G_BEGIN_DECLS

#define DCC_LAUNCHER_VARIABLE "DCCHOST_LAUNCHER"

typedef struct {
    gint64 pid; /* of the process that was launched */
    guint64 start_ticks;
    const char *mark; /* "DCCHOST_LAUNCHER=...", which no other launch has */
} DccLaunched;

/* Kills until nothing is left, or the time is over. FALSE: TIMEOUT, naming who is left. */
gboolean
dcc_launcher_tree_kill(const DccLaunched *self, gint64 timeout_ms, GError **error);

G_END_DECLS
