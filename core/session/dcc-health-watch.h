/* Asks a running application how it is, period by period and whenever somebody wants to know, and
 * holds the hang rule against the answers. */
#pragma once

#include "dcc-adapter.h"
#include "dcc-agent-link.h"
#include "dcc-hang-rule.h"

G_BEGIN_DECLS

typedef struct _DccHealthWatch DccHealthWatch;

typedef struct {
    /* One more probe-period has passed, of an application that can be asked. */
    void (*period)(gpointer data);
    /* The traces the application leaves, for the hang rule; asked only when a probe has failed. */
    void (*traces)(DccTraces *traces, gpointer data);
    void (*changed)(DccHealth health, gpointer data);
    /* Unresponsive for longer than hang-timeout. Told at most once each time it hangs. */
    void (*hung)(gpointer data);
} DccHealthHandler;

/* reply: borrowed; NULL with an error. judged: what is thought of it now. */
typedef void (*DccProbeFunc)(DccProbeReply *reply,
                             DccHealth judged,
                             gint64 round_trip_ms,
                             const GError *error,
                             gpointer data);

/* adapter, plan, agent and handler must outlive the watch. */
DccHealthWatch *
dcc_health_watch_new(DccAdapter *adapter,
                     DccProbePlan *plan,
                     DccAgentLink *agent,
                     DccClock *clock,
                     DccSettings *settings,
                     const DccHealthHandler *handler,
                     gpointer data);
void
dcc_health_watch_free(DccHealthWatch *self);
/* Begins to probe; from now on silence counts. */
void
dcc_health_watch_start(DccHealthWatch *self);
/* The application is paused, or goes on: silence meanwhile does not count. */
void
dcc_health_watch_set_paused(DccHealthWatch *self, gboolean paused);
/* Probes now; a question while one is under way shares its answer. */
void
dcc_health_watch_ask(DccHealthWatch *self, DccProbeFunc func, gpointer data);
DccHealth
dcc_health_watch_get_health(DccHealthWatch *self);
/* (transfer none): the last answer, or NULL; *age_ms: how old it is. */
DccProbeReply *
dcc_health_watch_get_last(DccHealthWatch *self, gint64 *age_ms);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccHealthWatch, dcc_health_watch_free)

G_END_DECLS
