/* What one session process writes for the next, should it die: record.json in the runtime
 * directory.
 *
 * The members are described in docs/protocol.md. What is read may be damaged or somebody else's
 * idea of a joke: whoever uses a pid or a path checks that it is ours.
 */
#pragma once

#include "dcc-enums.h"
#include "dcc-fields.h"
#include "dcc-instance-dir.h"

G_BEGIN_DECLS

/* Raised when an older dcchost could not make sense of a newer one's record. */
#define DCC_SESSION_RECORD_VERSION 2

/* NULL, 0 and FALSE mean "none" or "not known" unless something else is said. Times "wall" are
 * microseconds since 1970. */
typedef struct {
    gint64 record_version;
    char *boot_id;

    /* The session. */
    DccState state;
    char *wish;          /* what is wanted: the nick of a DccWish; "up" where it is not known */
    JsonObject *request; /* dcc_request_to_json() */
    JsonObject *status;  /* the status object, for readers outside */
    char *app_version;   /* bytes */
    char *executable;    /* bytes */
    gint64 restart_count;
    gboolean has_run; /* the application ran once at least; TRUE where it is not known */
    char *policy;     /* dcc_restart_policy_save() */
    gint64 began_wall;
    gint64 stop_deadline_ms;
    gboolean kill_wanted;
    gint64 delay_until; /* when the next run begins: monotonic, us, of this boot */
    JsonObject *result; /* dcc_result_to_json() of the last run that ended */
    char *last_scene;   /* bytes: open when the last run ended */
    char *work_kind;    /* nick of a DccRescueKind: the newest unsaved work, */
    char *work_path;    /* bytes: and where it lies */
    char *bundle;       /* bytes */
    char **rescued;     /* bytes */
    char **degraded;
    char **tied_to;        /* processes after whose end the instance ends: "PID:START" */
    gint64 render_began;   /* monotonic, us, of this boot; 0: not known */
    gint64 render_mark_ns; /* pictures of its render are newer, by the clock of their directory */

    /* The next run: how it begins. */
    char *next_cause;
    gboolean next_safe;
    gboolean next_recover; /* goes on from unsaved work */
    gboolean next_asked;   /* and that was asked for */
    char *next_file;       /* bytes: the file it goes on from */

    /* The present run. */
    char *incarnation; /* NULL: there is none */
    char *token;
    char *private_dir; /* bytes */
    char *temp_dir;    /* bytes */
    gint64 run_began_wall;
    gint64 log_start; /* where its output begins in the log */
    gboolean counted; /* its start was told and counted */
    gboolean ready;
    gboolean requested;    /* its end was asked for */
    gboolean outside;      /* and not of dcchost: by a signal, or for what it is tied to is gone */
    JsonObject *failure;   /* dcc_result_to_json(): why the session ends it */
    char *scene;           /* bytes */
    gint64 scene_mtime_ns; /* of the scene's file when it was opened or saved, since 1970 */
    gboolean dirty;        /* the agent has said that there is unsaved work */
    char *copy;            /* bytes: the rescue copy of it */
    char *recovered;       /* bytes: the file it went on from */
    gboolean job;          /* it has work of its own and ends by itself */
    gboolean run_safe;     /* in safe mode */
    char **environment;    /* bytes: redacted */
    gint64 n_hang_reports;
} DccSessionRecord;

extern const DccFieldTable dcc_session_record_table;

/* (transfer full): one with the fallbacks, of this version and boot. */
DccSessionRecord *
dcc_session_record_new(void);
void
dcc_session_record_free(DccSessionRecord *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccSessionRecord, dcc_session_record_free)

/* (transfer full): in this version, whatever the member says. */
JsonObject *
dcc_session_record_to_json(const DccSessionRecord *self);
/* (transfer full): errors NOT_SUPPORTED (a newer dcchost has written it), FAILED (a member that it
 * cannot be without is missing). Older versions are read, and are of this version then. */
DccSessionRecord *
dcc_session_record_from_json(JsonObject *object, GError **error);

/* Replaces the record: the kernel has it when this returns, so it outlives this process. It is not
 * synced, for it is worth nothing once the machine has gone down. */
gboolean
dcc_session_record_write(DccInstanceDir *instance_dir,
                         const DccSessionRecord *self,
                         GError **error);
/* (transfer full): errors as of dcc_session_record_from_json(), which name the file; FAILED too
 * where there is none. */
DccSessionRecord *
dcc_session_record_read(DccInstanceDir *instance_dir, GError **error);

G_END_DECLS
