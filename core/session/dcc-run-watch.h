/* Watches one run while it lives: its health by its agent, what it uses, and what is to be said of
 * a hang or of a crash that did not end the process.
 *
 * A handler may free the watch. */
#pragma once

#include "dcc-health-watch.h"
#include "dcc-resource-ring.h"
#include "dcc-run-output.h"
#include "dcc-run-setup.h"
#include "dcc-store-writer.h"

G_BEGIN_DECLS

typedef struct _DccRunWatch DccRunWatch;

typedef struct {
    void (*health)(DccHealth health, gpointer data);
    /* Unresponsive for longer than hang-timeout. */
    void (*hung)(gpointer data);
    /* It is awake, once each probe period: for what shall wake nobody by itself. */
    void (*awake)(gpointer data);
    /* The report on a hang was written; NULL: it could not be. */
    void (*reported)(const char *path, gpointer data);
    /* It has crashed, and its process is still there: nobody but us will end it. */
    void (*dead)(gpointer data);
    /* Its window's display is gone, and it sleeps: nobody but us will end it. */
    void (*blind)(gpointer data);
} DccRunWatchHandler;

/* setup, agent, output and writer must outlive it. n_reports: written before, by another session. */
DccRunWatch *
dcc_run_watch_new(const DccRunSetup *setup,
                  DccAgentLink *agent,
                  DccRunOutput *output,
                  const char *rescue_dir,
                  DccStoreWriter *writer,
                  DccClock *clock,
                  guint n_reports,
                  const DccRunWatchHandler *handler,
                  gpointer data);
void
dcc_run_watch_free(DccRunWatch *self);
/* The main process is known: a crash it tells of counts from now on. began: of the clock; 0: not known. */
void
dcc_run_watch_set_pid(DccRunWatch *self, gint64 pid, gint64 began, gint64 began_wall);
/* The environment that it was started with says where its windows are. It must outlive the watch. */
void
dcc_run_watch_set_environment(DccRunWatch *self, const char *const *environment);
/* It is ready: its silence counts from now on. */
void
dcc_run_watch_start(DccRunWatch *self);
void
dcc_run_watch_set_paused(DccRunWatch *self, gboolean paused);
/* Its output says that it crashed. */
void
dcc_run_watch_crash_line(DccRunWatch *self);
/* It has ended: questions that wait are answered, nothing is asked any more. What was gathered
 * stays. */
void
dcc_run_watch_stop(DccRunWatch *self);
void
dcc_run_watch_ask(DccRunWatch *self, DccProbeFunc func, gpointer data);
DccHealth
dcc_run_watch_get_health(DccRunWatch *self);
DccProbeReply *
dcc_run_watch_get_last(DccRunWatch *self, gint64 *age_ms);
/* On the hang that lasts now; NULL: none. */
const char *
dcc_run_watch_get_report(DccRunWatch *self);
guint
dcc_run_watch_count_reports(DccRunWatch *self);
/* The most memory that all its processes had when they were looked at, in bytes; -1: they never were. */
gint64
dcc_run_watch_get_peak_memory(DccRunWatch *self);
DccResourceRing *
dcc_run_watch_get_curve(DccRunWatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccRunWatch, dcc_run_watch_free)

G_END_DECLS
