/* The heart of a session: what state an instance is in, what is wanted of it, and what is done
 * about either. It subscribes to the present run, asks the state table, the wish and the policy,
 * and has everything recorded and told.
 *
 * Order of telling: the record first, then the journal, then followers of the control socket, then
 * the handler. At an end: rescued files, bundle, `exit`, change of state; see docs/protocol.md.
 *
 * Threading: the thread-default main context at the time it is made. A handler may free it. */
#pragma once

#include "dcc-choice.h"
#include "dcc-journal.h"
#include "dcc-look-ahead.h"
#include "dcc-run.h"
#include "dcc-stale-run.h"
#include "dcc-tie.h"

G_BEGIN_DECLS

typedef struct _DccSupervisor DccSupervisor;

typedef struct {
    /* The directories are ready: whatever is to listen for others opens its doors. */
    gboolean (*open)(DccInstanceDir *dir, DccClock *clock, GError **error, gpointer data);
    void (*event)(JsonObject *event, gpointer data); /* borrowed */
    void (*state)(gpointer data);
    void (*pid)(gpointer data);
    void (*running)(gpointer data);
    /* It has ended, or cannot be ended: whoever waits is to be answered. */
    void (*concluded)(gpointer data);
    /* Whether all that was told has left this process. */
    gboolean (*is_heard)(gpointer data);
    /* Over for good, and the name is free. */
    void (*ended)(gpointer data);
} DccSupervisorHandler;

DccSupervisor *
dcc_supervisor_new(DccAdapter *adapter,
                   DccLaunchRequest *request,
                   const DccSupervisorHandler *handler,
                   gpointer data);
/* The application runs on, unattended. */
void
dcc_supervisor_free(DccSupervisor *self);
/* Where a copy has to be asked for its version, that is done from the main loop: the instance is there
 * meanwhile, answers, and may be stopped; what comes of it is told by the handler. choice, dir:
 * (transfer full): both locks held. stale: (transfer full): the run before, to be settled first; until
 * then nobody can ask; NULL: none. A failure leaves nothing, whenever it comes. */
gboolean
dcc_supervisor_start(DccSupervisor *self,
                     DccChoice *choice,
                     DccInstanceDir *dir,
                     DccStaleRun *stale,
                     GError **error);
/* Goes on where the record says. dir: (transfer full): the session's lock held. */
gboolean
dcc_supervisor_take_up(DccSupervisor *self,
                       DccInstanceDir *dir,
                       const DccSessionRecord *record,
                       GError **error);
/* Before a start: work that an earlier session of this name has left. */
void
dcc_supervisor_know_work(DccSupervisor *self, JsonObject *last_status);

void
dcc_supervisor_stop(DccSupervisor *self, gint64 deadline_ms);
/* The same of an end that nobody asked dcchost for. */
void
dcc_supervisor_cancel(DccSupervisor *self, gint64 deadline_ms);
void
dcc_supervisor_kill(DccSupervisor *self);
/* (transfer full): looks at what the next run would find. */
DccLookAhead *
dcc_supervisor_look_ahead(DccSupervisor *self, DccLookAheadFunc func, gpointer data);
/* ahead: NULL: that is not known yet. Errors: BUSY: it is being stopped; SCENE: its scene is gone; INVALID: its directory
 * is. */
gboolean
dcc_supervisor_may_restart(DccSupervisor *self,
                           gboolean recover,
                           DccLookAhead *ahead,
                           GError **error);
void
dcc_supervisor_restart(DccSupervisor *self);
/* The next run goes on from unsaved work. Error NOT_FOUND: there is none. */
gboolean
dcc_supervisor_recover(DccSupervisor *self, GError **error);

/* Somebody outside did something that is to stand in the events. */
void
dcc_supervisor_note(DccSupervisor *self, const char *client, const char *what);
/* A client renders in this instance, and tells of a frame, or that its task is over. (transfer full):
 * the event that was told. Errors: INVALID; GONE: it is over. */
JsonObject *
dcc_supervisor_tell_frame(DccSupervisor *self, JsonObject *params, GError **error);
JsonObject *
dcc_supervisor_tell_rendered(DccSupervisor *self, JsonObject *params, GError **error);

DccLaunchRequest *
dcc_supervisor_get_request(DccSupervisor *self);
DccState
dcc_supervisor_get_state(DccSupervisor *self);
/* 0: none. */
gint64
dcc_supervisor_get_pid(DccSupervisor *self);
guint
dcc_supervisor_get_restart_count(DccSupervisor *self);
/* Started once at least, or taken up. */
gboolean
dcc_supervisor_is_open(DccSupervisor *self);
gboolean
dcc_supervisor_is_over(DccSupervisor *self);
DccResult *
dcc_supervisor_get_result(DccSupervisor *self);
/* (nullable): why a start came to nothing after it was under way. */
const GError *
dcc_supervisor_get_refusal(DccSupervisor *self);
/* (nullable): why the copy was chosen that was started. */
const char *
dcc_supervisor_get_explanation(DccSupervisor *self);
/* (transfer full) */
JsonObject *
dcc_supervisor_make_status(DccSupervisor *self);
/* (transfer full) */
JsonObject *
dcc_supervisor_make_end_report(DccSupervisor *self);
/* (transfer none) */
DccJournal *
dcc_supervisor_get_journal(DccSupervisor *self);
/* (transfer none): what it is tied to; added to before the start. */
DccTie *
dcc_supervisor_get_tie(DccSupervisor *self);
/* (transfer none): NULL: none now. */
DccRun *
dcc_supervisor_get_run(DccSupervisor *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccSupervisor, dcc_supervisor_free)

G_END_DECLS
