/* What an end means: the facts of a run and the kernel's word are put before the adapter, once. */
#pragma once

#include "dcc-memory-group.h"
#include "dcc-run-end.h"
#include "dcc-run-output.h"
#include "dcc-run-setup.h"
#include "dcc-shim-link.h"

G_BEGIN_DECLS

/* What is known of a run at its end beside what it was started with. All borrowed. */
typedef struct {
    DccRunSetup *setup;
    DccRunOutput *output; /* NULL: none was read */
    const DccShimRecord *record;
    DccResult *failure; /* why it was ended before it was ready; NULL: it was not */
    gint64 pid;
    gint64 began_wall;
    gint64 ended_wall;
    gint64 uptime_ms;
    guint64 oom_kills;           /* of the machine, at its start */
    const DccMemoryGroup *group; /* at its start */
    gint64 sampled_peak;         /* of memory, of all its processes, when looked at; -1 never */
    gboolean ready;
    gboolean ready_unknown; /* it may have told a session that is dead */
    gboolean requested;
    gboolean outside; /* nobody asked dcchost for it */
    int end_signal;   /* for which it quits in order, as its agent has said; 0: none */
    gboolean hung;
    gboolean blind; /* it slept where its display was gone, and was ended for that */
    const char *scene;
    const char *copy; /* the newest rescue copy that the agent has named; NULL: none, or nothing in
                         it that is not saved */
    gboolean copy_saved; /* a stop has had a newer copy written */
} DccRunFacts;

/* (transfer full): for the adapter's questions about a run, ended or not. */
DccExitInfo *
dcc_run_make_exit_info(const DccRunFacts *facts);
/* (transfer full): without the files, which are not brought to safety yet. */
DccRunEnd *
dcc_run_judge(const DccRunFacts *facts);
/* (transfer full): the end of a run that could not be started, as the record says. */
DccRunEnd *
dcc_run_judge_refusal(const DccRunFacts *facts);
/* (transfer full): DccRescueFile: what its adapter calls worth keeping, and the agent's copy. */
GListModel *
dcc_run_list_files(const DccRunFacts *facts);

G_END_DECLS
