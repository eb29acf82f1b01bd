/* The state table of one instance (states x events -> next state and one action). Pure.
 */
#pragma once

#include "dcc-enums.h"

G_BEGIN_DECLS

typedef enum {
    DCC_EVENT_START,           /* a user or the core asks for a start */
    DCC_EVENT_SPAWN_REFUSED,   /* EAGAIN, EMFILE, ENOMEM: the machine is out of something */
    DCC_EVENT_START_REFUSED,   /* exec, chdir, adapter, licence refused for good */
    DCC_EVENT_READY,           /* notify, probe or settle */
    DCC_EVENT_START_TIMEOUT,   /* never ready */
    DCC_EVENT_EXITED_CLEAN,    /* main process over, nothing wrong */
    DCC_EVENT_EXITED_CRASH,    /* main process over, something wrong that a restart may help */
    DCC_EVENT_EXITED_FOR_GOOD, /* main process over, a restart would end the same way */
    DCC_EVENT_HUNG,            /* probes failed and no progress */
    DCC_EVENT_WELL,            /* a probe succeeded, or there was progress */
    DCC_EVENT_HANG_TIMEOUT,    /* hung for too long, and the policy says restart */
    DCC_EVENT_STOP,            /* stop or kill was asked for */
    DCC_EVENT_RESTART,         /* restart was asked for */
    DCC_EVENT_TREE_EMPTY,      /* no process of it is left */
    DCC_EVENT_RESTART_GRANTED, /* the policy grants another run, after a delay */
    DCC_EVENT_RESTART_REFUSED, /* the policy grants none, and that is in order (never, clean) */
    DCC_EVENT_BUDGET_SPENT,    /* the policy grants none: too many crashes */
    DCC_EVENT_DELAY_OVER,      /* the restart delay has passed */
} DccEvent;
#define DCC_N_EVENTS (DCC_EVENT_DELAY_OVER + 1)

typedef enum {
    DCC_ACTION_IGNORE,      /* the event means nothing here; state stays */
    DCC_ACTION_NONE,        /* only the state changes */
    DCC_ACTION_SPAWN,       /* new incarnation: reserve, record, spawn, arm start timeout */
    DCC_ACTION_WATCH,       /* ready: arm probes and the reset timer */
    DCC_ACTION_CLEAR_TREE,  /* main is over: empty the tree, then ask the policy */
    DCC_ACTION_CONCLUDE,    /* final: write the result, release the name */
    DCC_ACTION_DELAY,       /* arm the restart delay */
    DCC_ACTION_RETRY_SPAWN, /* arm the spawn-retry delay; no crash is counted */
    DCC_ACTION_ASK_TO_QUIT, /* begin the stop sequence: save, quit, TERM, tree TERM, KILL, verify */
    DCC_ACTION_KILL,        /* begin at its last step: KILL the tree, verify */
    DCC_ACTION_REPORT,      /* tell about health */
    DCC_ACTION_CANCEL,      /* cancel the pending delay, then conclude */
} DccAction;
#define DCC_N_ACTIONS (DCC_ACTION_CANCEL + 1)

typedef struct {
    DccState next;
    DccAction action;
} DccTransition;

DccTransition
dcc_transition_lookup(DccState state, DccEvent event);
const char *
dcc_event_to_string(DccEvent event);
const char *
dcc_action_to_string(DccAction action);

G_END_DECLS
