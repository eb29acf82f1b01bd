/* What the agent inside a run tells: that it came and went, that it is ready, which scene is open
 * and what in it is not saved.
 *
 * A handler may free it. */
#pragma once

#include "dcc-agent-link.h"
#include "dcc-run-output.h"
#include "dcc-run-setup.h"
#include "dcc-run-work.h"

G_BEGIN_DECLS

typedef struct _DccRunAgent DccRunAgent;

typedef struct {
    void (*connected)(gboolean connected, gpointer data);
    /* The main thread turns; its word may overtake the shim's. wrong: why it has not what was asked
     * for; NULL: it has. */
    void (*ready)(const char *wrong, gpointer data);
    /* The scene or its unsaved work is another. */
    void (*changed)(gpointer data);
    void (*degraded)(const char *what, gpointer data);
} DccRunAgentHandler;

/* setup and output must outlive it. */
DccRunAgent *
dcc_run_agent_new(const DccRunSetup *setup,
                  DccInstanceDir *dir,
                  DccRunOutput *output,
                  DccClock *clock,
                  const DccRunAgentHandler *handler,
                  gpointer data,
                  GError **error);
void
dcc_run_agent_free(DccRunAgent *self);
/* (transfer none) */
DccAgentLink *
dcc_run_agent_get_link(DccRunAgent *self);
/* (transfer none) */
DccRunWork *
dcc_run_agent_get_work(DccRunAgent *self);
/* The signal for which it quits in order, as it has said; 0: none. */
int
dcc_run_agent_get_end_signal(DccRunAgent *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccRunAgent, dcc_run_agent_free)

G_END_DECLS
