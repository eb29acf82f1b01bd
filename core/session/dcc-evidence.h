/* The evidence of bad ends: one crash bundle for each, complete before the end is told; what is
 * found later, and what followed, is added. A thread writes all of it.
 *
 * None of it may cost the instance anything: what cannot be written is told as degraded. */
#pragma once

#include "dcc-event-log.h"
#include "dcc-launch-request.h"
#include "dcc-run.h"

G_BEGIN_DECLS

typedef struct _DccEvidence DccEvidence;

/* What followed a bad end. action: "restart", "gave-up", "rest". */
typedef struct {
    const char *action;
    const char *reason;
    gboolean safe;
    gboolean recover;
    DccRescueFile *work; /* NULL: none */
} DccEvidenceNext;

/* bundle: its path; NULL: it cannot be written, or the state directory has not answered for five
 * seconds. Then it is told as degraded, and a bundle that is there after all is told of later. */
typedef void (*DccEvidenceFunc)(const char *bundle, gpointer data);

typedef struct {
    DccEvidenceFunc func; /* called once, from the main loop, unless the evidence is freed before */
    gpointer data;
    GDestroyNotify destroy;
} DccEvidenceCall;

/* log: where it tells of itself. All is borrowed. */
DccEvidence *
dcc_evidence_new(DccInstanceDir *dir, DccLaunchRequest *request, DccEventLog *log, DccClock *clock);
void
dcc_evidence_free(DccEvidence *self);
/* The run ended badly: has its bundle written, once, and tells of it before it calls. One at a time.
 * keep: work that must not be trimmed; NULL: none. */
void
dcc_evidence_gather(DccEvidence *self,
                    DccRun *run,
                    const DccRunEnd *end,
                    DccRescueFile *keep,
                    const DccEvidenceCall *call);
/* The same of a run that nobody attended: what it used is not known. */
void
dcc_evidence_gather_stale(DccEvidence *self,
                          const DccRunSetup *setup,
                          const DccRunEnd *end,
                          const DccEvidenceCall *call);
/* A file that was found after the bundle was written. */
void
dcc_evidence_add(DccEvidence *self, const char *incarnation, DccRescueKind kind, const char *path);
void
dcc_evidence_note_next(DccEvidence *self, const DccEvidenceNext *next);
/* The run that the newest bundle promises does not come: why. Nothing where it promises none. */
void
dcc_evidence_break_promise(DccEvidence *self, const char *why);
/* (transfer none): of the last bad end; NULL: none. */
const char *
dcc_evidence_get_bundle(DccEvidence *self);
/* open: what followed is not in it yet; promises: it says that a run follows which has not begun. */
void
dcc_evidence_restore(DccEvidence *self, const char *bundle, gboolean open, gboolean promises);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccEvidence, dcc_evidence_free)

G_END_DECLS
