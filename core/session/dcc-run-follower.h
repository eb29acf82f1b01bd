/* Follows the runs of one instance: has what they tell journalled, gathers evidence and unsaved
 * work, and hands on what is to be decided. */
#pragma once

#include "dcc-dir-keeper.h"
#include "dcc-event-log.h"
#include "dcc-evidence.h"
#include "dcc-history.h"
#include "dcc-intent.h"
#include "dcc-recovery.h"
#include "dcc-render-watch.h"
#include "dcc-transition.h"

G_BEGIN_DECLS

typedef struct {
    /* Around each of the rest: a listener may drop everything. */
    gpointer (*hold)(gpointer data);
    void (*release)(gpointer data);
    /* Something that a record keeps has changed. */
    void (*record)(gpointer data);
    void (*started)(gpointer data);
    void (*event)(DccEvent event, const char *reason, gpointer data);
    void (*hung)(gpointer data);
    void (*incomplete)(gpointer data);
    void (*empty)(gpointer data);
} DccRunFollowerHandler;

/* Its members are borrowed. Set once. */
typedef struct {
    DccEventLog *log;
    DccEvidence *evidence;
    DccRecovery *recovery;
    DccHistory *history;
    DccIntent *intent;
    DccRenderWatch *render; /* NULL: it is no render */
    DccDirKeeper *keeper;
    const DccRunFollowerHandler *handler;
    gpointer data;
} DccRunFollower;

/* For dcc_run_new(), with a follower as data. */
extern const DccRunListener dcc_run_follower_listener;

G_END_DECLS
