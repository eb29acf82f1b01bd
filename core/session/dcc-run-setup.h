/* What one run is started with: its own adapter, installation, request, plans, directories, token.
 * Made before the start or restored from a record; not changed after, but for its directories' end. */
#pragma once

#include "dcc-adapter.h"
#include "dcc-instance-dir.h"
#include "dcc-licence-lines.h"
#include "dcc-next-run.h"
#include "dcc-session-record.h"

G_BEGIN_DECLS

/* Whose run it is to be. All borrowed. */
typedef struct {
    DccAdapter *adapter;
    DccInstallation *installation;
    DccLaunchRequest *request; /* the instance's, as it was asked for */
    DccInstanceDir *dir;
    const char *log_path;
    const char *rescue_dir;
    DccNextRun next;
    DccRescueFile *work;  /* to go on from; NULL: none */
    const char *scene;    /* opened instead of the request's; NULL: the request's */
    DccRenderJob *render; /* what is left of the request's; NULL: all of it, or it is no render */
    DccLicenceLines *licence_lines; /* NULL: their file has not answered */
} DccRunOrder;

typedef struct {
    char *incarnation;
    char *token;
    DccAdapter *adapter;
    DccInstallation *installation;
    DccLaunchRequest *request; /* this run's own */
    DccLaunchPlan *plan;
    DccProbePlan *probe_plan;
    DccStopPlan *stop_plan;
    char *private_dir;
    char *temp_dir;
    char *rescue_dir;     /* the instance's */
    char *recovered;      /* the file it goes on from; NULL: none */
    char *recovery_error; /* why it does not, though it was to; NULL: it does, or was not to */
    gboolean is_job;      /* it does work of its own and ends by itself */
    gboolean guesses_job; /* nobody has said so: it has no window, and arguments */
    struct DccRunSetupClearing *clearing; /* its directories are being removed; NULL: not begun */
} DccRunSetup;

/* Makes directories and files and asks the adapter for its plans. A failure leaves nothing. */
DccRunSetup *
dcc_run_setup_new(const DccRunOrder *order, GError **error);
/* That of the run in a record. Without plans where the adapter cannot be asked (plan FALSE): what
 * has ended needs none. */
DccRunSetup *
dcc_run_setup_restore(const DccRunOrder *order,
                      const DccSessionRecord *record,
                      gboolean plan,
                      GError **error);
void
dcc_run_setup_free(DccRunSetup *self);
/* Removes its directories, what lies in them included: before anything has run. */
void
dcc_run_setup_remove_dirs(DccRunSetup *self);
/* The same after a run, which may have left much: in a thread. func is called once, from the main loop; never after
 * dcc_run_setup_free(), but the thread goes on. */
typedef void (*DccRunSetupFunc)(gpointer data);
void
dcc_run_setup_clear_async(DccRunSetup *self,
                          gboolean keep_temp_dir,
                          DccRunSetupFunc func,
                          gpointer data);
/* (transfer full): the session process's own environment, the adapter's changes, ours, and last the
 * user's word. */
char **
dcc_run_setup_make_env(DccRunSetup *self, DccInstanceDir *dir);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccRunSetup, dcc_run_setup_free)

G_END_DECLS
