/* How one run of the application ended. Made once (dcc-run-judge), never changed.
 *
 * The exit event, the tally of deaths, the crash bundle, `why`, the status and the restart policy
 * are all written from this one value. */
#pragma once

#include "dcc-output-event.h"
#include "dcc-rescue-file.h"
#include "dcc-result.h"

G_BEGIN_DECLS

typedef struct {
    char *incarnation;
    gint64 pid; /* 0: no process was ever known */
    DccResult *result;
    DccVerdictKind verdict; /* the adapter's word, also where the result is a start that failed */
    gboolean clean;         /* by the verdict */
    gboolean permanent;     /* another start would end the same way */
    gint64 began_wall;      /* microseconds since 1970 */
    gint64 ended_wall;
    gint64 uptime_ms; /* by a clock that nobody sets; -1 not known */
    gboolean ready;   /* it was */
    gboolean hung;    /* a report on a hang was written, or it was ended for one */
    gboolean requested;
    gboolean our_signal; /* the signal that ended it was ours */
    gboolean headless;
    gboolean job;
    gboolean safe;
    char *scene;            /* open at the end, as far as is known; NULL: none */
    char *recovered;        /* the file it went on from; NULL: none */
    gboolean refused_work;  /* it could not read that file */
    GPtrArray *significant; /* DccOutputEvent: the lines that matter */
    char **last_lines;      /* oldest first */
    GPtrArray *files;       /* DccRescueFile: where they lie now */
    guint n_told_files;     /* the first of them, which were told of while it ran */
} DccRunEnd;

DccRunEnd *
dcc_run_end_ref(DccRunEnd *self);
void
dcc_run_end_unref(DccRunEnd *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccRunEnd, dcc_run_end_unref)

/* For its maker alone: everything empty. */
DccRunEnd *
dcc_run_end_alloc(void);
/* For its maker alone. Arrays of DccRescueFile: what was told of while it ran, and what was found
 * at its end. What is in both is told of again: by then it is known how it ended. temp_dir: where they
 * were found; a reason or a line that names one of them there names it anew; NULL: none. */
void
dcc_run_end_set_files(DccRunEnd *self, GPtrArray *told, GPtrArray *found, const char *temp_dir);

/* It is no orderly end: evidence is kept, and unsaved work may be gone on from. */
gboolean
dcc_run_end_is_bad(const DccRunEnd *self);
/* One line for people: "signal 11 (core dumped): crashed". (transfer full) */
char *
dcc_run_end_describe(const DccRunEnd *self);
/* Equal for equal causes. (transfer full) */
char *
dcc_run_end_name_cause(const DccRunEnd *self);

G_END_DECLS
