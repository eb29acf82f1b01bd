/* The control socket of a session: what `dcchost` and other programs of the same user ask, and the
 * events they follow. It asks its handler and knows nothing of what is behind it. */
#pragma once

#include "dcc-journal.h"
#include "dcc-look-ahead.h"
#include "dcc-run.h"

G_BEGIN_DECLS

typedef struct _DccControl DccControl;

typedef struct {
    JsonObject *(*status)(gpointer data);     /* (transfer full) */
    JsonObject *(*end_report)(gpointer data); /* (transfer full) */
    DccJournal *(*journal)(gpointer data);    /* (transfer none) */
    DccRun *(*run)(gpointer data);            /* (transfer none): NULL: none now */
    void (*note)(const char *client, const char *what, gpointer data);
    /* What a client that renders in this instance says came of a frame, or of its task. (transfer
     * full): the event that was told of it; NULL, INVALID: the params are none of such an event. */
    JsonObject *(*frame)(JsonObject *params, GError **error, gpointer data);
    JsonObject *(*rendered)(JsonObject *params, GError **error, gpointer data);
    /* join: a stop that is under way is not hurried; outside: nobody asked dcchost for it. */
    void (*stop)(gint64 deadline_ms, gboolean join, gboolean outside, gpointer data);
    void (*kill)(gpointer data);
    /* (transfer full): looks at what the next run would find; func is called with caller. */
    DccLookAhead *(*look_ahead)(DccLookAheadFunc func, gpointer caller, gpointer data);
    /* ahead: NULL: that is not known yet. Errors: BUSY (it is being stopped), NOT_FOUND (no work to recover), and whatever
     * would make the next start fail. */
    gboolean (*may_restart)(gboolean recover, DccLookAhead *ahead, GError **error, gpointer data);
    void (*restart)(gboolean recover, gpointer data);
} DccControlHandler;

DccControl *
dcc_control_new(DccInstanceDir *dir,
                DccClock *clock,
                const DccControlHandler *handler,
                gpointer data,
                GError **error);
void
dcc_control_free(DccControl *self);
/* To every follower. event: borrowed. */
void
dcc_control_tell(DccControl *self, JsonObject *event);
/* It has ended, or cannot be ended: whatever waits is answered with the end report. */
void
dcc_control_conclude(DccControl *self);
/* It is ready: whatever waits for that is answered with the status. */
void
dcc_control_tell_running(DccControl *self);
/* Whether everything that was told has left this process. */
gboolean
dcc_control_is_flushed(DccControl *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccControl, dcc_control_free)

G_END_DECLS
