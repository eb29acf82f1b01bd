/* Everything that one launch has started, found again without being its parent or subreaper. */
#pragma once

#include "dcc-error.h"
#include "dcc-reaper.h"

G_BEGIN_DECLS

#define DCC_LAUNCHER_VARIABLE "DCCHOST_LAUNCHER"

typedef struct {
    DccReaped *process;  /* the one that was launched */
    guint64 since_ticks; /* dcc_identity_now() before and after its start */
    guint64 until_ticks;
    DccProcessRef leader; /* outlives its reaping; NONE */
    char *mark;           /* "DCCHOST_LAUNCHER=...", which no other launch has */
    GHashTable *found;    /* number -> start time of those that were found to belong; NULL: none */
} DccLaunched;

/* Kills until nothing is left, or the time is over. FALSE: TIMEOUT, naming what is left; it is
 * known the next time, too. */
gboolean
dcc_launcher_tree_kill(DccLaunched *self, gint64 timeout_ms, GError **error);

G_END_DECLS
