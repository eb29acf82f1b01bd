/* The inside of a supervisor: dcc-supervisor.c decides, dcc-supervisor-begin.c starts it or restores it
 * from a record and takes orders, dcc-supervisor-facts.c reads it. */
#pragma once

#include "dcc-conclusion.h"
#include "dcc-dir-keeper.h"
#include "dcc-event-log.h"
#include "dcc-evidence.h"
#include "dcc-farewell.h"
#include "dcc-recovery.h"
#include "dcc-restart-policy.h"
#include "dcc-run-follower.h"
#include "dcc-supervisor.h"

G_BEGIN_DECLS

typedef enum {
    DCC_SUPERVISOR_NEW,
    DCC_SUPERVISOR_SETTLING, /* an earlier run of that name comes first; nobody can ask yet */
    DCC_SUPERVISOR_OPEN,
    DCC_SUPERVISOR_CONCLUDING, /* over; the last words are being heard */
    DCC_SUPERVISOR_OVER,
} DccSupervisorPhase;

struct _DccSupervisor {
    const DccSupervisorHandler *handler;
    gpointer data;
    DccAdapter *adapter;
    DccLaunchRequest *request;
    DccSettings *settings;
    DccClock *clock;
    DccStaleRun *stale;  /* NULL: none, or settled */
    DccChoice *choice;   /* of a start */
    DccLookAhead *ahead; /* at what the next run finds, or the present one found; NULL: not yet */
    DccEvent due;        /* which is told when that is done */
    const char *due_reason;        /* static, or NULL */
    DccInstallation *installation; /* NULL: not chosen yet */
    DccInstanceDir *dir;
    DccEventLog *log;
    DccRestartPolicy *policy;
    DccRecovery *recovery;
    DccEvidence *evidence;
    DccRun *run;
    DccDirKeeper *keeper;
    DccTie *tie;
    DccConclusion *conclusion;
    DccFarewell *farewell;

    DccSupervisorPhase phase;
    DccState state;
    GError *refusal; /* of a start that came to nothing after it was under way */
    DccIntent intent;
    DccHistory history;
    DccRunFollower follower;
    JsonObject *task; /* what came of the last task that a client rendered here; NULL: none */
    char *log_path;
    char *rescue_dir;
    guint delay_timer;
    guint reset_timer;
    guint shim_timer;   /* a shim is on its way; see dcc-supervisor-begin.c */
    gint64 delay_until; /* the next run begins; 0: none is due */
    gint64 shim_patience_until;
    gint64 began_wall;
};

typedef DccSupervisor HeldSupervisor;
void
dcc_supervisor_release(DccSupervisor *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HeldSupervisor, dcc_supervisor_release)
HeldSupervisor *
dcc_supervisor_hold(DccSupervisor *self);

/* dcc-supervisor.c */
/* record: that of the session before; NULL: this is the first. */
gboolean
dcc_supervisor_open(DccSupervisor *self, const DccSessionRecord *record, GError **error);
void
dcc_supervisor_dispatch(DccSupervisor *self, DccEvent event, const char *reason);
/* A failure leaves nothing of the run. shortage: of the machine's, and worth another attempt. */
gboolean
dcc_supervisor_begin_run(DccSupervisor *self, gboolean *shortage, GError **error);
/* A start comes to nothing before anything has run, and leaves nothing: no last record either. error:
 * (transfer full). */
void
dcc_supervisor_abandon(DccSupervisor *self, DccState state, GError *error);
/* Looks at what the next run will find, and dispatches the event that begins it. reason: static, or NULL. */
void
dcc_supervisor_begin_soon(DccSupervisor *self, DccEvent due, const char *reason);
/* The next run begins in ms. */
void
dcc_supervisor_arm_delay(DccSupervisor *self, gint64 ms);
/* No run begins by itself. */
void
dcc_supervisor_forget_delay(DccSupervisor *self);
/* After the intent has changed. A client that waits for an end that is over is answered, too. */
void
dcc_supervisor_go_down(DccSupervisor *self, const char *reason);
/* What was asked for is done to the run that there is. */
void
dcc_supervisor_stop_run(DccSupervisor *self);

/* dcc-supervisor-facts.c */
/* Versions are being asked for before the first run. */
gboolean
dcc_supervisor_is_choosing(DccSupervisor *self);
/* Why the run that there is has to end. */
DccRunStop
dcc_supervisor_get_stop(DccSupervisor *self);
/* Whether listeners have had the last word, and readers of the journal will find it. */
gboolean
dcc_supervisor_is_told(gpointer supervisor);
/* All that a run is made with. render: borrowed, as all of it. */
DccRunOrder
dcc_supervisor_make_order(DccSupervisor *self, DccRenderJob *render);
void
dcc_supervisor_write_record(DccSupervisor *self);
/* (transfer full): what `status` and `restart` of an ended instance go by. */
DccLastRecord *
dcc_supervisor_make_last(DccSupervisor *self);
/* What `restart` of one that has ended asks for again. */
void
dcc_supervisor_write_request(DccSupervisor *self);

G_END_DECLS
