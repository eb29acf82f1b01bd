/* How the next run is to begin: decided by the policy and the recovery together, kept in the record
 * until that run has started, told by the `restart` event. */
#pragma once

#include "dcc-api.h"

G_BEGIN_DECLS

typedef enum {
    DCC_GO_ON_NOT,    /* with the scene that was asked for */
    DCC_GO_ON_NEWEST, /* from unsaved work, where that is newer than the scene */
    DCC_GO_ON_ASKED,  /* from unsaved work, because somebody asked for it */
} DccGoOn;

typedef struct {
    DccGoOn go_on;
    gboolean safe; /* without the user's preferences, start-up scripts and plug-ins */
} DccNextRun;

G_END_DECLS
