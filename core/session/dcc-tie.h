/* Processes that an instance is tied to: it is told once when the first of them is gone.
 *
 * A process is named as dcc-process-name.h does. Threading: the thread-default main context at the time it is watched. */
#pragma once

#include "dcc-clock.h"
#include "dcc-identity.h"

G_BEGIN_DECLS

#define DCC_MAX_TIES 4

typedef struct _DccTie DccTie;
typedef void (*DccTieFunc)(gint64 pid, gpointer data);

/* To nobody yet. */
DccTie *
dcc_tie_new(void);
void
dcc_tie_free(DccTie *self);
/* FALSE: that names no process, or there are enough. */
gboolean
dcc_tie_add(DccTie *self, const char *process);
const char *const *
dcc_tie_get_names(DccTie *self);
/* What is gone already is told of from the main loop. */
void
dcc_tie_watch(DccTie *self, DccClock *clock, DccTieFunc func, gpointer data);
/* Nothing more is told. */
void
dcc_tie_stop(DccTie *self);

G_END_DECLS
