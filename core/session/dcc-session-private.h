/* The insides of a session, shared by the files that make it up:
 *   dcc-session.c         the object and its public face
 *   dcc-session-state.c   the state table at work: an event comes in, an action is done
 *   dcc-session-life.c    one life: its plan and its start
 *   dcc-session-news.c    what the shim tells of it
 *   dcc-session-agent.c   what the agent inside tells of it
 *   dcc-session-watch.c   its output and its health
 *   dcc-session-hang.c    the report on a hang
 *   dcc-session-descend.c the way down
 *   dcc-session-released.c daemons that live on
 *   dcc-session-burial.c  its end: what happened, what is rescued
 *   dcc-session-bundle.c  the evidence of a bad end
 *   dcc-session-recover.c unsaved work, and whether the next life goes on from it
 *   dcc-session-report.c  events, status, record
 *   dcc-session-adopt.c   taking up what another session left
 *   dcc-session-leftover.c burying what nobody attends any more
 */
#pragma once

#include "dcc-agent-link.h"
#include "dcc-clock.h"
#include "dcc-control.h"
#include "dcc-exit-info.h"
#include "dcc-health-watch.h"
#include "dcc-instance-dir.h"
#include "dcc-journal.h"
#include "dcc-line-ring.h"
#include "dcc-log-reader.h"
#include "dcc-progress.h"
#include "dcc-resource-ring.h"
#include "dcc-restart-policy.h"
#include "dcc-session.h"
#include "dcc-shim-link.h"
#include "dcc-stop-sequence.h"
#include "dcc-transition.h"

G_BEGIN_DECLS

/* Of record.json and last.json: raised when an older dcchost could not make sense of a newer one's.
 */
#define DCC_RECORD_VERSION 1

/* One life of the application: from a spawn to the end of its last process. */
typedef struct {
    char *incarnation;
    char *token;
    char *private_dir;
    char *temp_dir;
    DccLaunchRequest *request; /* the session's, with what this life differs in */
    DccLaunchPlan *plan;
    DccProbePlan *probe_plan;
    DccStopPlan *stop_plan;
    DccShimLink *shim;
    DccLogReader *log;
    DccLineRing *last_lines;
    DccProgress *progress;
    DccHealthWatch *health;
    DccStopSequence *stop_sequence;
    GPtrArray *telling; /* DccOutputEvent: the lines that matter at the end */
    char *scene;        /* open now, as far as is known */
    char *recovered;    /* the file it went on from; NULL: none */
    char **environment; /* masked; NULL: not known */
    DccResourceRing *curve;
    JsonArray *files;  /* brought into safety: kind and path; NULL: none */
    char *hang_report; /* on the hang that lasts now; NULL when it does not hang */
    guint n_hang_reports;
    DccResult *failure; /* why we end it ourselves, when we do */
    gint64 pid;
    gint64 began;      /* monotonic, us */
    gint64 began_wall; /* us since 1970 */
    gint64 ended_wall; /* 0: not yet */
    gint64 log_start;  /* where its output begins in the log */
    guint64 oom_kills; /* of the machine, at the start */
    gint64 start_due;  /* when start_timer is to fire */
    guint start_timer;
    guint settle_timer;
    guint reset_timer;
    guint agent_timer;
    gboolean agent_due; /* it was connected to the session that died, and comes back */
    gboolean noted;     /* this session has taken in that it started */
    gboolean counted;   /* and so has the record */
    gboolean ready;
    gboolean requested;  /* its end was asked for */
    gboolean bad;        /* it ended badly, and the evidence is to be gathered */
    gboolean our_signal; /* and it was ours that ended it */
    gboolean refused;    /* it could not read the file it was to go on from */
    gboolean exited;
    gboolean empty;
    gboolean paused;
    gboolean replaying; /* the log's lines are read again, by an adopter: they are no news */
} DccLife;

struct _DccSession {
    GObject parent_instance;

    pid_t owner; /* the process whose session it is */
    DccAdapter *adapter;
    DccLaunchRequest *request;
    DccSettings *settings;
    DccRuntime *runtime;
    DccClock *clock;
    DccInstallation *installation;
    DccInstanceDir *instance_dir;
    DccJournal *journal;
    DccAgentLink *agent;
    DccControl *control;
    DccRestartPolicy *policy;
    DccLife *life;

    DccState state;
    DccResult *result;
    DccRescueFile *work; /* the newest unsaved work that is known; NULL: none */
    char *bundle;        /* the evidence of the last bad end; NULL: none */
    char *last_scene;    /* open when the last life ended */
    GPtrArray *rescued;
    GPtrArray *degraded;
    JsonArray *steps; /* of the ladder of the last life, for the end report */
    JsonArray *left;  /* what could not be ended, or was released */
    char *saved;      /* outcome of the save */
    char *copy;       /* what it wrote */
    char *version;
    char *log_path;
    char *rescue_dir;
    guint restart_count;
    guint delay_timer;
    guint farewell_timer;
    gint64 delay_until;
    gint64 began_wall;
    gint64 stop_deadline_ms;
    gboolean bundle_open;    /* what followed is not in it yet */
    gboolean lived;          /* the application has run once at least */
    gboolean recover_wanted; /* the next life goes on from work */
    gboolean recover_asked;  /* by somebody, so that no newer scene outranks it */
    gboolean safe_wanted;    /* the next life is one in safe mode */
    gboolean hang_restart;   /* the stop that is under way is because it hangs */
    gboolean wanted_restart; /* after the stop that is under way */
    gboolean kill_wanted;
    gboolean over;
    gboolean told_ended;
};

/* dcc-session-state.c */
void
dcc_session_dispatch(DccSession *self, DccEvent event, const char *reason);
void
dcc_session_settle(DccSession *self);
/* The next life begins in ms. */
void
dcc_session_arm_delay(DccSession *self, gint64 ms);

/* dcc-session-life.c */
gboolean
dcc_session_begin_life(DccSession *self, gboolean *out_of_something, GError **error);
gboolean
dcc_session_make_plans(DccSession *self, GError **error);
/* The machine is short of processes, descriptors or memory: that passes. */
gboolean
dcc_session_is_shortage(int errno_code);
/* Gives it start-timeout to be ready. */
void
dcc_session_await_ready(DccSession *self);
void
dcc_life_free(DccLife *life);

/* dcc-session-news.c */
void
dcc_session_connect_shim(DccSession *self);
/* The application runs, as the shim's record says: tells so, once a life. */
void
dcc_session_note_started(DccSession *self);

/* dcc-session-agent.c */
extern const DccAgentHandler dcc_session_agent_handler;

/* dcc-session-watch.c */
/* The parts that need a running shim. */
gboolean
dcc_session_equip_life(DccSession *self, GError **error);
/* It is ready: its silence counts from now on. */
void
dcc_session_start_watching(DccSession *self);

/* dcc-session-hang.c */
/* It hangs now: what its threads do is written down. */
void
dcc_session_report_hang(DccSession *self);

/* dcc-session-descend.c */
/* Called when the application is to stop, when it is asked to hurry, and when its main process has
 * ended and left children behind. */
void
dcc_session_descend(DccSession *self);
void
dcc_session_agent_is_back(DccSession *self);
/* Daemons that were let go belong into the end report. */
void
dcc_session_report_released(DccSession *self);

/* dcc-session-burial.c */
void
dcc_session_main_ended(DccSession *self);
void
dcc_session_rescue_files(DccSession *self);
guint64
dcc_session_count_oom_kills(void);

/* dcc-session-bundle.c */
void
dcc_session_keep_environment(DccLife *life, const char *const *env);
/* One more point of the curve. */
void
dcc_session_sample(DccSession *self);
void
dcc_session_note_file(DccSession *self, DccRescueKind kind, const char *path);
/* Where the life ended badly: writes its bundle, once. */
void
dcc_session_gather(DccSession *self);
/* action: "restart", "gave-up", "rest". */
void
dcc_session_note_next(DccSession *self, const char *action, const char *reason, gboolean safe);

/* dcc-session-recover.c */
/* A file was brought into safety: is it the newest work there is? */
void
dcc_session_consider_work(DccSession *self, DccRescueKind kind, const char *path);
/* After a bad end: says what there is, or has the next life go on from it. */
void
dcc_session_offer_work(DccSession *self, gboolean restarts);
const char *
dcc_session_get_row_scene(DccSession *self);
void
dcc_session_note_last_scene(DccSession *self);
DccLaunchRequest *
dcc_session_make_life_request(DccSession *self);
DccLaunchPlan *
dcc_session_plan(DccSession *self, GError **error);
void
dcc_session_forget_wishes(DccSession *self);
void
dcc_session_note_recovered(DccSession *self);
void
dcc_session_refuse_work(DccSession *self, const char *reason);
/* (transfer full): for the status object; NULL: none. */
JsonObject *
dcc_session_work_to_object(DccSession *self);
void
dcc_session_read_work(DccSession *self, JsonObject *status);

/* dcc-session-report.c */
/* event: (transfer full), "type" set. */
void
dcc_session_tell(DccSession *self, JsonObject *event);
JsonObject *
dcc_session_event(const char *type);
void
dcc_session_tell_degraded(DccSession *self, const char *what);
JsonObject *
dcc_session_make_status(DccSession *self);
JsonObject *
dcc_session_make_end_report(DccSession *self);
JsonObject *
dcc_session_result_to_object(DccResult *result);
void
dcc_session_write_record(DccSession *self);
void
dcc_session_write_last(DccSession *self);
void
dcc_session_report_step(
    DccSession *self, const char *step, const char *outcome, gint64 ms, const char *detail);
void
dcc_session_report_rescue(DccSession *self, DccRescueKind kind, const char *path);

/* dcc-session.c */
DccSession *
dcc_session_alloc(DccAdapter *adapter, DccLaunchRequest *request, DccRuntime *runtime);
gboolean
dcc_session_open_doors(DccSession *self, gboolean fresh, GError **error);

/* dcc-session-adopt.c */
/* Makes the life that a record speaks of; nothing of it is watched yet. */
void
dcc_session_read_life(DccSession *self, JsonObject *record);

/* dcc-session-leftover.c */
/* A life that a dead session left unreported in this place is reported now. */
gboolean
dcc_session_settle_leftover(DccSession *self, GError **error);

G_END_DECLS
