/* What a launcher knows of one name: its process, how far that has come, and how often the name was
 * launched again. */
#pragma once

#include "dcc-launcher-tree.h"

G_BEGIN_DECLS

typedef enum {
    DCC_CHILD_NONE,     /* never started */
    DCC_CHILD_STARTING, /* a thread is starting it */
    DCC_CHILD_STARTED,  /* it may have ended by itself since */
    DCC_CHILD_ASKED,    /* to end; some of what it started may live */
    DCC_CHILD_KILLING,  /* a thread is killing what is left */
    DCC_CHILD_ENDED,    /* on request, and nothing is left */
} DccChildState;

typedef struct {
    DccChildState state;
    DccLaunched launched; /* process is NULL before the first start */
    guint restarts;
} DccLauncherChild;

DccLauncherChild *
dcc_launcher_child_new(void);
void
dcc_launcher_child_free(DccLauncherChild *child);
gboolean
dcc_launcher_child_lives(DccLauncherChild *child);
/* Its last process has ended by itself, and not well. */
gboolean
dcc_launcher_child_has_crashed(DccLauncherChild *child);
/* The name may be launched (again). */
gboolean
dcc_launcher_child_is_free(DccLauncherChild *child);
gboolean
dcc_launcher_child_can_be_ended(DccLauncherChild *child);
/* It has another process now; what *launched holds becomes its own. */
void
dcc_launcher_child_settle(DccLauncherChild *child, const DccLaunched *launched, gboolean crashed);
void
dcc_launcher_child_close_leader(DccLauncherChild *child);

G_END_DECLS
