/* One application and its runs: adapter, shim, agent, probes, policy, records and control socket on
 * one GLib main loop. All of it happens in the thread-default main context of the thread that made
 * it.
 *
 * When the object goes away while the application runs, the application runs on, unattended, and
 * dcc_session_adopt() takes it up again, in this process or another. */
#pragma once

#include "dcc-adapter-registry.h"
#include "dcc-result.h"
#include "dcc-runtime.h"

G_BEGIN_DECLS

#define DCC_TYPE_SESSION (dcc_session_get_type())
DCC_API
G_DECLARE_FINAL_TYPE(DccSession, dcc_session, DCC, SESSION, GObject)

/* Signals:
 *   "event" (const char *json)    everything that happens, as docs/protocol.md describes it
 *   "ended" ()                    over for good; dcc_session_get_result() says how
 * Properties: "name", "app", "state", "pid". */

DCC_API DccSession *
dcc_session_new(DccAdapter *adapter, DccLaunchRequest *request, DccRuntime *runtime);
/* Reserves the name and starts. Errors before anything runs: BUSY (by which pid, since when),
 * UNSAFE, NOT_INSTALLED, ADAPTER, SCENE (missing), START. What happens after is told by events. */
DCC_API gboolean
dcc_session_start(DccSession *self, GError **error);
/* Before the start: the instance ends, within five seconds and saving first, when a process of
 * somebody else's is gone. process: "PID:START". Error INVALID. */
DCC_API gboolean
dcc_session_tie(DccSession *self, const char *process, GError **error);
/* Takes over an unattended instance. Error BUSY: another session attends it; NOT_FOUND. */
DCC_API DccSession *
dcc_session_adopt(DccAdapterRegistry *registry,
                  DccRuntime *runtime,
                  const char *name,
                  GError **error);
/* Another launch of what was last launched under the name; not started yet. Error NOT_FOUND. */
DCC_API DccSession *
dcc_session_again(DccAdapterRegistry *registry,
                  DccRuntime *runtime,
                  const char *name,
                  GError **error);
/* Asks it to save and quit, and goes goes through the stop sequence. deadline_ms: the whole time, 0
 * for the settings' own. Again while stopping: hurries to the next step. */
DCC_API void
dcc_session_stop(DccSession *self, gint64 deadline_ms);
/* The same of an end that nobody asked dcchost for: what is stopped so is told as cancelled. */
DCC_API void
dcc_session_cancel(DccSession *self, gint64 deadline_ms);
DCC_API void
dcc_session_kill(DccSession *self);
/* Stop gracefully, then start again. */
DCC_API void
dcc_session_restart(DccSession *self);
/* The next run goes on from the work that was not saved when the last one broke. */
DCC_API gboolean
dcc_session_recover(DccSession *self, GError **error);

DCC_API const char *
dcc_session_get_name(DccSession *self);
DCC_API const char *
dcc_session_get_app(DccSession *self);
DCC_API DccState
dcc_session_get_state(DccSession *self);
DCC_API gint64
dcc_session_get_pid(DccSession *self);
DCC_API guint
dcc_session_get_restart_count(DccSession *self);
/* TRUE in a process that was forked from the one that made it: nothing it is asked to do is done.
 */
DCC_API gboolean
dcc_session_is_foreign(DccSession *self);
/* TRUE when it is over for good. */
DCC_API gboolean
dcc_session_is_over(DccSession *self);
/* (transfer none): how the last run ended; NULL before the first end. */
DCC_API DccResult *
dcc_session_get_result(DccSession *self);
/* (transfer none) (nullable): why a start came to nothing after it was under way. */
DCC_API const GError *
dcc_session_get_refusal(DccSession *self);
/* (nullable): a sentence for people: why this installation was started. */
DCC_API const char *
dcc_session_get_explanation(DccSession *self);
/* (transfer full): the status object as JSON text. */
DCC_API char *
dcc_session_get_status(DccSession *self);

G_END_DECLS
