/* Watches over the frames of a render, through all its runs: looks at each picture as it is told of,
 * and at every one that is missing when a run is over. Says what is left, and at last what came of
 * it.
 *
 * Threading: the thread-default main context at the time it is made. */
#pragma once

#include "dcc-clock.h"
#include "dcc-event-log.h"
#include "dcc-frame-ledger.h"
#include "dcc-output-event.h"
#include "dcc-result.h"
#include "dcc-session-record.h"
#include "dcc-settings.h"

G_BEGIN_DECLS

typedef struct _DccRenderWatch DccRenderWatch;

typedef struct {
    /* A frame, or all of it, takes longer than it may. */
    void (*late)(gpointer data);
    /* A run is over, and all of its pictures have been looked at. */
    void (*looked)(gpointer data);
} DccRenderWatchHandler;

typedef struct {
    DccRenderJob *job;
    const char *cwd; /* that it is started in; NULL: not known */
    DccSettings *settings;
    DccClock *clock;
    DccEventLog *log;
    const DccSessionRecord *record; /* of the session before; NULL: this is the first */
} DccRenderWatchOrder;

/* The first one tries the place that the pictures go to; another goes on where the record stands, and
 * what was told as done is done. Error INVALID: it cannot be written to; NOT_FOUND: what looks at
 * pictures is not there. */
DccRenderWatch *
dcc_render_watch_new(const DccRenderWatchOrder *order,
                     const DccRenderWatchHandler *handler,
                     gpointer data,
                     GError **error);
void
dcc_render_watch_free(DccRenderWatch *self);

/* A run has begun. planned: the frames it is to render; NULL: all that are missing. */
void
dcc_render_watch_begin(DccRenderWatch *self, gint64 pid, DccFrames *planned);
/* What it prints: of the kinds PROGRESS and SAVED. */
void
dcc_render_watch_take_line(DccRenderWatch *self, DccOutputEvent *event);
/* It is over: everything that is missing is looked at, then `looked` is called, once. orderly: it
 * ended as it wanted to, so what it was to render and did not has failed. */
void
dcc_render_watch_end(DccRenderWatch *self, gboolean orderly);
/* Of a run that is over: whether any frame is left for another one. */
gboolean
dcc_render_watch_has_more(DccRenderWatch *self);
/* (transfer full): what the next run is to render; NULL: nothing. */
DccRenderJob *
dcc_render_watch_make_job(DccRenderWatch *self);
/* No further run comes: tells what came of it. result: of the last run, or NULL. */
void
dcc_render_watch_conclude(DccRenderWatch *self, DccResult *result);

/* For the session that takes over. */
void
dcc_render_watch_save(DccRenderWatch *self, DccSessionRecord *record);
/* (transfer full): for the status object. */
JsonObject *
dcc_render_watch_make_status(DccRenderWatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccRenderWatch, dcc_render_watch_free)

G_END_DECLS
