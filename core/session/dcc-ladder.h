/* The way down: ask to save, ask to quit, signal, signal the tree, kill, verify. Each rung is timed
 * and told, SIGKILL never comes before the rungs above it have had their time, unless a kill was
 * asked for. */
#pragma once

#include "dcc-agent-link.h"
#include "dcc-settings.h"
#include "dcc-shim-link.h"
#include "dcc-stop-plan.h"

G_BEGIN_DECLS

typedef struct _DccLadder DccLadder;

typedef struct {
    DccClock *clock;
    DccAgentLink *agent;
    DccShimLink *shim;
    DccSettings *settings;
    DccStopPlan *plan;
    const char *rescue_dir; /* where the agent is to save */
} DccLadderTools;

typedef struct {
    /* A rung is over: "save" "quit" "signal" "tree" "kill" "verify"; outcome "done" "timed-out"
     * "refused" "not-supported" "skipped" "failed" "saved"; detail: a path or a reason, or NULL. */
    void (*step)(
        const char *step, const char *outcome, gint64 ms, const char *detail, gpointer data);
    /* Not everything could be ended in time; it is watched on. */
    void (*incomplete)(gpointer data);
} DccLadderHandler;

/* The tools are borrowed and must outlive the ladder, or be dropped with it. */
DccLadder *
dcc_ladder_new(const DccLadderTools *tools, const DccLadderHandler *handler, gpointer data);
void
dcc_ladder_free(DccLadder *self);
/* deadline_ms 0: the settings' own times; else the KILL comes at the latest then. */
void
dcc_ladder_begin(DccLadder *self, gint64 deadline_ms);
/* Go to the last rung now. */
void
dcc_ladder_kill(DccLadder *self);
/* Leave the present rung for the next. */
void
dcc_ladder_hurry(DccLadder *self);
/* The main process is over; what is left is only its tree. grace_ms: how long that is left alone.
 */
void
dcc_ladder_main_ended(DccLadder *self, gint64 grace_ms);
/* Nothing is left. */
void
dcc_ladder_tree_empty(DccLadder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccLadder, dcc_ladder_free)

G_END_DECLS
