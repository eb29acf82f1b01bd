/* The inside of a run: dcc-run-make.c makes it, dcc-run.c moves it; dcc-run-agent.c and
 * dcc-run-facts.c only read it. */
#pragma once

#include "dcc-ready-timer.h"
#include "dcc-rescue.h"
#include "dcc-run-agent.h"
#include "dcc-run-judge.h"
#include "dcc-run-output.h"
#include "dcc-run-watch.h"
#include "dcc-run.h"
#include "dcc-shim-link.h"
#include "dcc-stop-sequence.h"

G_BEGIN_DECLS

struct _DccRun {
    GObject parent_instance;

    const DccRunListener *listener;
    gpointer data;
    DccClock *clock;
    DccSettings *settings;
    DccInstanceDir *dir; /* not owned: the instance's */
    char *log_path;
    char *rescue_dir;

    DccRunSetup *setup;
    DccRunAgent *agent; /* NULL: released or disposed of */
    DccShimLink *shim;
    DccRunOutput *output;
    DccRunWatch *watch;
    DccReadyTimer *ready_timer;
    DccStopSequence *sequence;
    DccRescue *rescue;
    DccRunEnd *end;
    DccResult *failure; /* why it is ended before it was ready */

    DccRunPhase phase;
    DccRunStop stop;
    gint64 pid;
    gint64 began;      /* of the clock */
    gint64 began_wall; /* us since 1970 */
    gint64 uptime_ms;  /* at the end; -1 not known */
    gint64 log_start;
    guint64 oom_kills;
    DccMemoryGroup memory_group; /* at the start */
    char **environment;

    GPtrArray *told_files; /* DccRescueFile: told of while it ran */
    char *saved_copy;      /* what the stop had the agent save */
    gint64 stop_deadline_ms;
    gboolean outside;  /* it is ended, and nobody asked dcchost for that */
    gint64 last_left;  /* CPU time and I/O of what is left after a crash, when last looked at */
    guint agent_timer; /* a stop waits for an agent that is on its way back */
    gboolean noted;    /* its start was told */
    gboolean blind;    /* ended by us, for its display was gone and it slept */
    gboolean was_ready;
    gboolean counted;
    gboolean paused;
    gboolean ready_unknown; /* what its agent has told a session that is dead was not heard */
    gboolean agent_due;     /* it was connected to a session that died, and comes back */
    gboolean tree_gone;     /* none of its processes is left, told or not yet */
    gboolean keep_temp_dir; /* something could not be brought away from it */
};

extern const DccRunAgentHandler dcc_run_agent_handler;
extern const DccRunOutputHandler dcc_run_output_handler;
extern const DccReadyTimerHandler dcc_run_ready_timer_handler;
extern const DccRunWatchHandler dcc_run_watch_handler;

/* Hears what the shim tells from now on. */
void
dcc_run_hear_shim(DccRun *self);

/* What is known of it now, for its adapter. */
DccRunFacts
dcc_run_make_facts(DccRun *self, const DccShimRecord *record);
/* (transfer full): DccRescueFile, which its adapter knows of now. */
GListModel *
dcc_run_find_files(DccRun *self);

G_END_DECLS
