/* The stop sequence: ask to save, ask to quit, signal, signal the tree, kill, verify. Each step is
 * timed and told. A kill never comes before the steps above it have had their time, unless it was
 * asked for. */
#pragma once

#include "dcc-agent-link.h"
#include "dcc-settings.h"
#include "dcc-shim-link.h"
#include "dcc-stop-plan.h"

G_BEGIN_DECLS

typedef struct _DccStopSequence DccStopSequence;

typedef struct {
    DccClock *clock;
    DccAgentLink *agent;
    DccShimLink *shim;
    DccSettings *settings;
    DccStopPlan *plan;
    const char *rescue_dir; /* where the agent is to save */
} DccStopSequenceTools;

typedef struct {
    /* A step is over: "save" "quit" "signal" "tree" "kill" "verify"; outcome "done" "timed-out"
     * "refused" "not-supported" "skipped" "failed" "saved"; detail: a path or a reason, or NULL. */
    void (*step)(
        const char *step, const char *outcome, gint64 ms, const char *detail, gpointer data);
    /* Not everything could be ended in time; it is watched on. */
    void (*incomplete)(gpointer data);
    /* After a crash: whether what is left still does something that is to be waited for. */
    gboolean (*lingers)(gpointer data);
} DccStopSequenceHandler;

/* The tools are borrowed and must outlive the sequence, or be dropped with it. */
DccStopSequence *
dcc_stop_sequence_new(const DccStopSequenceTools *tools,
                      const DccStopSequenceHandler *handler,
                      gpointer data);
void
dcc_stop_sequence_free(DccStopSequence *self);
/* deadline_ms 0: the settings' own times; else the KILL comes at the latest then. */
void
dcc_stop_sequence_begin(DccStopSequence *self, gint64 deadline_ms);
/* From now on the KILL comes in ms at the latest; one that comes sooner stays. */
void
dcc_stop_sequence_limit(DccStopSequence *self, gint64 ms);
/* Go to the kill now. */
void
dcc_stop_sequence_kill(DccStopSequence *self);
/* Leave the present step for the next. */
void
dcc_stop_sequence_hurry(DccStopSequence *self);
/* The main process is over; what is left is only its tree. grace_ms: how long that is left alone at
 * most, while it lingers. any_left: something is known to be left. */
void
dcc_stop_sequence_main_ended(DccStopSequence *self, gint64 grace_ms, gboolean any_left);
/* Nothing is left. */
void
dcc_stop_sequence_tree_empty(DccStopSequence *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccStopSequence, dcc_stop_sequence_free)

G_END_DECLS
