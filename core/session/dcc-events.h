/* Every event a session tells, one builder a type: the one place where their members are written.
 * docs/protocol.md describes them, and a test holds it against these.
 *
 * All: (transfer full), with "type" set. A pid or a number that is not known is null. */
#pragma once

#include "dcc-health-watch.h"
#include "dcc-output-event.h"
#include "dcc-progress.h"
#include "dcc-rescue-file.h"
#include "dcc-run-end.h"

G_BEGIN_DECLS

JsonObject *
dcc_event_state(DccState from, DccState to, const char *reason, gint64 pid);
JsonObject *
dcc_event_started(gint64 pid,
                  gint64 shim_pid,
                  const char *incarnation,
                  const char *executable,
                  const char *version);
JsonObject *
dcc_event_agent(gboolean connected, const char *version, const char *python);
/* bundle: the evidence of a bad end; NULL: none. */
JsonObject *
dcc_event_exit(const DccRunEnd *end, const char *bundle);
JsonObject *
dcc_event_restart(gint64 delay_ms, gint64 attempt, gint64 max, const char *reason, gboolean safe);
/* action: "offered", "opened", "failed". */
JsonObject *
dcc_event_recovery(const char *action, DccRescueFile *file, const char *reason);
JsonObject *
dcc_event_bundle(const char *incarnation, const char *path);
JsonObject *
dcc_event_gave_up(const char *reason);
JsonObject *
dcc_event_step(const char *step, const char *outcome, gint64 ms, const char *detail);
JsonObject *
dcc_event_rescue(DccRescueKind kind, const char *path);
JsonObject *
dcc_event_progress(DccProgress *progress);
/* A picture that was looked at. Numbers below 0 are not known. */
typedef struct {
    int frame;
    const char *file;
    const char *check;  /* "whole", "unchecked" */
    const char *detail; /* what was found in it */
    gint64 ms;
    gint64 peak_bytes;
    gint64 size;
    guint done, of; /* frames of the whole render */
} DccFrameNews;
JsonObject *
dcc_event_frame(const DccFrameNews *news);
/* status: (transfer full): of dcc_frame_ledger_to_json(). */
JsonObject *
dcc_event_rendered(JsonObject *status);
JsonObject *
dcc_event_output(DccOutputEvent *output);
JsonObject *
dcc_event_health(DccHealth health, DccProbeReply *last);
JsonObject *
dcc_event_degraded(const char *what);
/* How many of the last lines are told. */
JsonObject *
dcc_event_log_tail(const DccRunEnd *end, guint n);
JsonObject *
dcc_event_adopted(gint64 session_pid);
/* Somebody outside did something that is to stand here; both are cut where they are long. */
JsonObject *
dcc_event_note(const char *client, const char *what);
/* Processes that were ended beside the main one, a line each. */
JsonObject *
dcc_event_cleared(const char *const *lines);
JsonObject *
dcc_event_ended(DccState state, DccResult *result);

/* The parts that status objects have as well. */
JsonObject *
dcc_object_from_result(DccResult *result);
JsonObject *
dcc_object_from_progress(DccProgress *progress);
/* Bytes of any encoding, or null. */
void
dcc_object_set_bytes(JsonObject *object, const char *member, const char *bytes);
/* A pid, or null where it is 0 or less. */
void
dcc_object_set_pid(JsonObject *object, const char *member, gint64 pid);
/* A number, or null where it is negative. */
void
dcc_object_set_known(JsonObject *object, const char *member, gint64 number);
/* Seconds from milliseconds, or null where they are negative. */
void
dcc_object_set_seconds(JsonObject *object, const char *member, gint64 ms);

G_END_DECLS
