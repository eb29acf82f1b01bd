/* The status object and the end report of docs/protocol.md, made from what is known of an instance.
 */
#pragma once

#include "dcc-run.h"

G_BEGIN_DECLS

/* What was brought about by the last stop and said in its report. */
typedef struct {
    JsonArray *steps; /* of the stop sequence of the last run */
    JsonArray *left;  /* lines: what could not be ended, or was released */
    JsonArray *ended; /* lines: processes that were ended beside the main one */
    char *saved;      /* outcome of the save; NULL: none was tried */
    char *copy;       /* what it wrote */
} DccStopReport;

/* All borrowed. */
typedef struct {
    DccLaunchRequest *request;
    DccInstallation *installation; /* NULL: not chosen yet */
    DccRun *run;                   /* NULL: none now */
    DccState state;
    DccResult *result;
    guint restart_count;
    gboolean attended;
    gint64 restart_in_ms; /* -1: no restart is due */
    const char *last_scene;
    const char *bundle;
    const char *log_path;
    GPtrArray *rescued;
    GPtrArray *degraded;
    DccRescueFile *work; /* unsaved work that is newer than the scene; NULL: none */
    DccRescueFile *kept; /* that is kept, whatever the scene's age; NULL: none */
    JsonObject *render;  /* NULL: it is no render */
    const DccStopReport *report;
} DccStatusFacts;

/* (transfer full) */
JsonObject *
dcc_status_make(const DccStatusFacts *facts);
/* (transfer full) */
JsonObject *
dcc_status_make_end_report(const DccStatusFacts *facts);

void
dcc_stop_report_begin(DccStopReport *self);
void
dcc_stop_report_add_step(
    DccStopReport *self, const char *step, const char *outcome, gint64 ms, const char *detail);
void
dcc_stop_report_add_left(DccStopReport *self, const char *const *lines);
void
dcc_stop_report_set_ended(DccStopReport *self, const char *const *lines);
void
dcc_stop_report_clear(DccStopReport *self);

G_END_DECLS
