/* What can be said and done about a named instance from outside, with or without a session
 * attending it. */
#pragma once

#include "dcc-client.h"

G_BEGIN_DECLS

/* (transfer full): the status object of docs/protocol.md. From the session where one attends; else
 * from the records, with "attended": false and the state the facts support. Error NOT_FOUND: the
 * name is not known. */
DCC_API JsonObject *
dcc_instance_get_status(DccRuntime *runtime, const char *name, GError **error);
/**
 * DccInstanceFunc:
 * @name: the instance
 * @status: (transfer none) (nullable): its status object; %NULL where it is not known
 * @error: (transfer none) (nullable): why it is not known
 * @data: (closure): what was given with the function
 *
 * One instance of many: @status, or @error.
 *
 * Since: 1.0
 */
typedef void (*DccInstanceFunc)(const char *name,
                                JsonObject *status,
                                const GError *error,
                                gpointer data);
/* The same of many at once; a session that does not answer makes the call wait for no longer
 * than quiet_ms in all. */
DCC_API void
dcc_instance_get_statuses(DccRuntime *runtime,
                          const char *const *names,
                          gint64 quiet_ms,
                          DccInstanceFunc func,
                          gpointer data);
/* Ends a session process that does not answer; the application goes on, and can be adopted. Error
 * NOT_FOUND: no session is there; BUSY: it does not end. */
DCC_API gboolean
dcc_instance_end_session(DccRuntime *runtime, const char *name, GError **error);
/* Ends the application and its processes by its shim alone, without a session. Error NOT_FOUND:
 * there is no record of one; TIMEOUT: something is left. */
DCC_API gboolean
dcc_instance_kill_tree(DccRuntime *runtime, const char *name, gint64 timeout_ms, GError **error);
/**
 * DccStartRemains:
 * @DCC_START_CLEARED: nothing
 * @DCC_START_RUNS: an application that was started: adopt the instance and end it
 * @DCC_START_TAKEN_UP: what another session attends or has attended: it is not ours any more
 * @DCC_START_HELD: something that cannot be removed: the error
 *
 * What is left of a start whose session process was ended.
 *
 * Since: 1.0
 */
typedef enum {
    DCC_START_CLEARED,
    DCC_START_RUNS,
    DCC_START_TAKEN_UP,
    DCC_START_HELD,
} DccStartRemains;
/* Removes what a session process had begun that was ended before it had started an application.
 * Error BUSY: something holds the name. */
DCC_API DccStartRemains
dcc_instance_discard_start(DccRuntime *runtime,
                           const char *name,
                           gint64 session_pid,
                           GError **error);
/* Removes the state of those that have ended as long ago as their keep-state says; once an hour at most. */
DCC_API guint
dcc_instance_remove_old(DccRuntime *runtime);
/* Whether a session attends it now. */
DCC_API gboolean
dcc_instance_is_attended(DccRuntime *runtime, const char *name);
/* Whether what it is tied to is gone, so that it is to end: without a session nobody may see to that. */
DCC_API gboolean
dcc_instance_has_lost_caller(DccRuntime *runtime, const char *name);
/* Whether what was last launched under the name could be started again. Error SCENE: its scene is
 * not there any more; NOT_FOUND: nothing was. */
DCC_API gboolean
dcc_instance_check_restart(DccRuntime *runtime, const char *name, GError **error);
/* (transfer full): path of the log now being written. */
DCC_API char *
dcc_instance_get_log_path(DccRuntime *runtime, const char *name);
/* (transfer full): how the newest of its runs that ended badly did so: the death object of
 * docs/protocol.md. NULL: none is on record. */
DCC_API JsonObject *
dcc_instance_read_death(DccRuntime *runtime, const char *name);
/* (transfer full): journalled events (JSON lines) from sequence number since on. Works without a
 * session. */
DCC_API JsonArray *
dcc_instance_read_events(DccRuntime *runtime, const char *name, gint64 since, GError **error);

G_END_DECLS
