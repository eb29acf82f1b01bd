/* One run of the application: from the plan to the end of its last process.
 *
 * It owns all that belongs to it (its adapter, request, plans, shim, log, agent, health, stop
 * sequence, timers) and tells a listener what happens. It knows no journal, no control socket, no
 * policy and no session. Disposing of a run that has processes and was not released asks the shim
 * to end them, so a start that fails leaves nothing, wherever it fails.
 *
 * Threading: the thread-default main context at the time it is made. A listener may drop the run
 * from any of its callbacks. */
#pragma once

#include "dcc-agent-link.h"
#include "dcc-health-watch.h"
#include "dcc-progress.h"
#include "dcc-resource-ring.h"
#include "dcc-run-end.h"
#include "dcc-run-setup.h"

G_BEGIN_DECLS

#define DCC_TYPE_RUN (dcc_run_get_type())
G_DECLARE_FINAL_TYPE(DccRun, dcc_run, DCC, RUN, GObject)

/* Goes forward only. */
typedef enum {
    DCC_RUN_PLANNED,
    DCC_RUN_SPAWNED,
    DCC_RUN_READY,
    DCC_RUN_EXITED,  /* the kernel has said so; files and evidence are being brought to safety */
    DCC_RUN_ENDED,   /* and that was told */
    DCC_RUN_EMPTY,   /* none of its processes is left */
    DCC_RUN_REFUSED, /* it could not be started */
} DccRunPhase;

/* Why it is being ended. */
typedef enum {
    DCC_RUN_STOP_NOT,
    DCC_RUN_STOP_ASKED,  /* save, quit, signal, ... */
    DCC_RUN_STOP_KILL,   /* at once */
    DCC_RUN_STOP_HANG,   /* as asked, but what is left of its work counts as that of a crash */
    DCC_RUN_STOP_FAILED, /* it was never ready: killed */
} DccRunStop;

typedef struct {
    void (*started)(DccRun *run, gpointer data);
    /* It could not be started; the result says at which stage and why. */
    void (*refused)(DccRun *run, DccRunEnd *end, gpointer data);
    void (*ready)(DccRun *run, const char *how, gpointer data);
    /* It is not what was asked for, or not in time; the listener ends it. */
    void (*not_ready)(DccRun *run, const char *reason, gpointer data);
    void (*agent)(DccRun *run, gboolean connected, gpointer data);
    void (*significant)(DccRun *run, DccOutputEvent *event, gpointer data);
    void (*progress)(DccRun *run, gpointer data);
    /* It has saved a picture, or is at work on a frame. */
    void (*frame)(DccRun *run, DccOutputEvent *event, gpointer data);
    void (*health)(DccRun *run, DccHealth health, gpointer data);
    void (*hung)(DccRun *run, gpointer data);  /* for longer than hang-timeout */
    void (*awake)(DccRun *run, gpointer data); /* once each probe period */
    /* Something that a record keeps has changed: paused, the scene, its unsaved work. */
    void (*changed)(DccRun *run, gpointer data);
    void (*step)(DccRun *run,
                 const char *step,
                 const char *outcome,
                 gint64 ms,
                 const char *detail,
                 gpointer data);
    void (*incomplete)(DccRun *run, char **left, gpointer data);
    /* A file in safety, outside of an end: a report on a hang, a copy, a late find. */
    void (*rescued)(DccRun *run, DccRescueKind kind, const char *path, gpointer data);
    void (*degraded)(DccRun *run, const char *what, gpointer data);
    /* Answered with dcc_run_end_told(), now or later. */
    void (*exited)(DccRun *run, DccRunEnd *end, gpointer data);
    /* Lines: processes that were ended beside the main one, and daemons that were let go. */
    void (*cleared)(DccRun *run,
                    const char *const *ended,
                    const char *const *released,
                    gpointer data);
    void (*empty)(DccRun *run, gpointer data);
} DccRunListener;

/* Plans it and makes its directories; nothing runs yet. */
DccRun *
dcc_run_new(const DccRunOrder *order,
            DccClock *clock,
            const DccRunListener *listener,
            gpointer data,
            GError **error);
/* tied_to: processes after whose end it is to end, as dcc-tie.h names them; NULL: none. *shortage: the
 * machine is short of processes, descriptors or memory: that passes. */
gboolean
dcc_run_spawn(DccRun *self, const char *const *tied_to, gboolean *shortage, GError **error);
/* The run in a record, which may have ended meanwhile: dcc_run_resume() finds out. */
DccRun *
dcc_run_restore(const DccRunOrder *order,
                const DccSessionRecord *record,
                DccClock *clock,
                const DccRunListener *listener,
                gpointer data,
                GError **error);
/* It was to be ended when its session died, whether or not the record of the run says so yet. Before
 * it is resumed; dcc_run_stop() goes on with it where it lives. */
void
dcc_run_note_stop(DccRun *self, DccRunStop why, gint64 deadline_ms);
/* ended: its end was told by the session before. What has happened since is told from the main
 * loop. */
gboolean
dcc_run_resume(DccRun *self, gboolean ended, GError **error);
/* The application runs on without us. */
void
dcc_run_release(DccRun *self);

/* The instance's runtime directory was made anew: its agent finds a socket there again. */
gboolean
dcc_run_reopen(DccRun *self, GError **error);

/* Ends it. Again: hurries to the next step; KILL: to the last. deadline_ms 0: the settings' own. */
void
dcc_run_stop(DccRun *self, DccRunStop why, gint64 deadline_ms);
/* It is to be ended, and nobody asked dcchost for that: by a signal, or for what it is tied to is gone. */
void
dcc_run_note_outside(DccRun *self);
/* What is being ended is killed in ms at the latest. */
void
dcc_run_limit_stop(DccRun *self, gint64 ms);
/* The main process has ended: what is left of its tree is ended too; after a crash what still works
 * is left alone for the crash grace. */
void
dcc_run_clear_tree(DccRun *self, gboolean crashed);
/* Its end is on record and was told: what it has left may be cleared away. */
void
dcc_run_end_told(DccRun *self);
/* Its silence counts from now on. */
void
dcc_run_watch_health(DccRun *self);
/* From now on it must be ready within start-timeout. */
void
dcc_run_await_ready(DccRun *self);
void
dcc_run_ask_health(DccRun *self, DccProbeFunc func, gpointer data);
void
dcc_run_call_agent(DccRun *self,
                   const char *method,
                   JsonObject *params,
                   gint64 timeout_ms,
                   DccReplyFunc func,
                   gpointer data);
/* What another session needs to go on with it. */
void
dcc_run_save(DccRun *self, DccSessionRecord *record);

DccRunStop
dcc_run_get_stop(DccRun *self);
/* (transfer none) */
const DccRunSetup *
dcc_run_get_setup(DccRun *self);
/* 0: none. */
gint64
dcc_run_get_pid(DccRun *self);
gint64
dcc_run_get_shim_pid(DccRun *self);
gboolean
dcc_run_is_alive(DccRun *self);
gboolean
dcc_run_is_ready(DccRun *self);
gboolean
dcc_run_is_paused(DccRun *self);
gboolean
dcc_run_is_owned(DccRun *self);
/* Whether a record has it that this run had started. */
gboolean
dcc_run_was_counted(DccRun *self);
void
dcc_run_set_counted(DccRun *self);
gint64
dcc_run_get_began(DccRun *self);
gint64
dcc_run_get_began_wall(DccRun *self);
/* -1: not known. */
gint64
dcc_run_get_uptime_ms(DccRun *self);
const char *
dcc_run_get_scene(DccRun *self);
/* As the agent last said: see DccAgentWork. */
gint64
dcc_run_get_scene_mtime_ns(DccRun *self);
gboolean
dcc_run_is_dirty(DccRun *self);
/* (transfer none): NULL: none yet. */
DccProgress *
dcc_run_get_progress(DccRun *self);
DccHealth
dcc_run_get_health(DccRun *self);
DccProbeReply *
dcc_run_get_last_probe(DccRun *self, gint64 *age_ms);
const char *
dcc_run_get_hang_report(DccRun *self);
const char *
dcc_run_get_agent_version(DccRun *self);
const char *
dcc_run_get_agent_python(DccRun *self);
/* Bytes of output so far. */
gint64
dcc_run_get_log_bytes(DccRun *self);
/* (transfer none): NULL: not known. Redacted. */
const char *const *
dcc_run_get_environment(DccRun *self);
DccResourceRing *
dcc_run_get_curve(DccRun *self);
/* (transfer none): NULL before it has ended. */
DccRunEnd *
dcc_run_get_end(DccRun *self);

G_END_DECLS
