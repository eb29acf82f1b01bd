/* The state table of one instance.
 *
 * Problem: exits, probes, timers and users speak at the same time, in any order. Contract: every
 * pair of state and event has exactly one cell; a cell that is not written means "ignore, stay".
 * Nothing here looks at a clock or acts. Threading: constant data, any thread.
 *
 * What the session that drives the table holds beside it:
 * - CLEAR_TREE is over when evidence is collected and the tree is empty. Only then does it ask the
 * policy, and sends the answer: RESTART_GRANTED, RESTART_REFUSED or BUDGET_SPENT. Until then START
 * and RESTART are remembered, not sent as START: two runs of one name never overlap.
 * - A stop sequence ends in exactly one of TREE_EMPTY (the end was wanted), RESTART_GRANTED (another
 * run was asked for, or a hang is to be followed by one), RESTART_REFUSED (never ready, or hung,
 * and no policy brings it back) and BUDGET_SPENT. Whoever asked for a stop gets TREE_EMPTY.
 * - STOP while stopping is "hurry": ASK_TO_QUIT, received in STOPPING, goes on to the next step
 * at once.
 * - After CONCLUDE and CANCEL the instance is over: nothing but START is sent.
 */
#include "dcc-transition.h"

/* Every way a main process ends while it lives by its own will. */
#define EXITS                                                                                      \
    [DCC_EVENT_EXITED_CLEAN] = {DCC_STATE_STOPPED, DCC_ACTION_CLEAR_TREE},                         \
    [DCC_EVENT_EXITED_CRASH] = {DCC_STATE_CRASHED, DCC_ACTION_CLEAR_TREE},                         \
    [DCC_EVENT_EXITED_FOR_GOOD] = {DCC_STATE_FAILED, DCC_ACTION_CLEAR_TREE}

/* A restart is a stop that the session remembers to follow with RESTART_GRANTED. */
#define STOPS                                                                                      \
    [DCC_EVENT_STOP] = {DCC_STATE_STOPPING, DCC_ACTION_ASK_TO_QUIT}, [DCC_EVENT_RESTART] = {       \
                                                                         DCC_STATE_STOPPING,       \
                                                                         DCC_ACTION_ASK_TO_QUIT}

static const DccTransition transitions[DCC_N_STATES][DCC_N_EVENTS] = {
    [DCC_STATE_STARTING] =
        {
            [DCC_EVENT_SPAWN_REFUSED] = {DCC_STATE_RESTARTING, DCC_ACTION_RETRY_SPAWN},
            [DCC_EVENT_START_REFUSED] = {DCC_STATE_FAILED, DCC_ACTION_CONCLUDE},
            [DCC_EVENT_READY] = {DCC_STATE_RUNNING, DCC_ACTION_WATCH},
            [DCC_EVENT_START_TIMEOUT] = {DCC_STATE_STOPPING, DCC_ACTION_KILL},
            EXITS,
            STOPS,
        },
    [DCC_STATE_RUNNING] =
        {
            [DCC_EVENT_HUNG] = {DCC_STATE_UNRESPONSIVE, DCC_ACTION_REPORT},
            EXITS,
            STOPS,
        },
    [DCC_STATE_UNRESPONSIVE] =
        {
            [DCC_EVENT_WELL] = {DCC_STATE_RUNNING, DCC_ACTION_REPORT},
            [DCC_EVENT_HANG_TIMEOUT] = {DCC_STATE_STOPPING, DCC_ACTION_ASK_TO_QUIT},
            EXITS,
            STOPS,
        },
    [DCC_STATE_CRASHED] =
        {
            [DCC_EVENT_START] = {DCC_STATE_STARTING, DCC_ACTION_SPAWN},
            /* While its tree is cleared, a crash reporter may have a minute; a stop does not wait
             * for it. */
            [DCC_EVENT_STOP] = {DCC_STATE_STOPPING, DCC_ACTION_ASK_TO_QUIT},
            [DCC_EVENT_RESTART_GRANTED] = {DCC_STATE_RESTARTING, DCC_ACTION_DELAY},
            [DCC_EVENT_RESTART_REFUSED] = {DCC_STATE_CRASHED, DCC_ACTION_CONCLUDE},
            [DCC_EVENT_BUDGET_SPENT] = {DCC_STATE_FAILED, DCC_ACTION_CONCLUDE},
        },
    [DCC_STATE_STOPPED] =
        {
            [DCC_EVENT_START] = {DCC_STATE_STARTING, DCC_ACTION_SPAWN},
            [DCC_EVENT_RESTART_GRANTED] = {DCC_STATE_RESTARTING, DCC_ACTION_DELAY},
            [DCC_EVENT_RESTART_REFUSED] = {DCC_STATE_STOPPED, DCC_ACTION_CONCLUDE},
            [DCC_EVENT_BUDGET_SPENT] = {DCC_STATE_FAILED, DCC_ACTION_CONCLUDE},
        },
    [DCC_STATE_RESTARTING] =
        {
            /* "now": skips the delay, and does not touch the budget. */
            [DCC_EVENT_START] = {DCC_STATE_STARTING, DCC_ACTION_SPAWN},
            [DCC_EVENT_RESTART] = {DCC_STATE_STARTING, DCC_ACTION_SPAWN},
            [DCC_EVENT_DELAY_OVER] = {DCC_STATE_STARTING, DCC_ACTION_SPAWN},
            [DCC_EVENT_STOP] = {DCC_STATE_STOPPED, DCC_ACTION_CANCEL},
            [DCC_EVENT_BUDGET_SPENT] = {DCC_STATE_FAILED, DCC_ACTION_CONCLUDE},
        },
    [DCC_STATE_STOPPING] =
        {
            /* The end is noted; the stop sequence goes on until nothing is left of the tree. */
            [DCC_EVENT_EXITED_CLEAN] = {DCC_STATE_STOPPING, DCC_ACTION_NONE},
            [DCC_EVENT_EXITED_CRASH] = {DCC_STATE_STOPPING, DCC_ACTION_NONE},
            [DCC_EVENT_EXITED_FOR_GOOD] = {DCC_STATE_STOPPING, DCC_ACTION_NONE},
            [DCC_EVENT_STOP] = {DCC_STATE_STOPPING, DCC_ACTION_ASK_TO_QUIT},
            /* Nothing was started, so nothing ends that could be waited for. */
            [DCC_EVENT_SPAWN_REFUSED] = {DCC_STATE_STOPPED, DCC_ACTION_CONCLUDE},
            [DCC_EVENT_START_REFUSED] = {DCC_STATE_FAILED, DCC_ACTION_CONCLUDE},
            [DCC_EVENT_TREE_EMPTY] = {DCC_STATE_STOPPED, DCC_ACTION_CONCLUDE},
            [DCC_EVENT_RESTART_GRANTED] = {DCC_STATE_RESTARTING, DCC_ACTION_DELAY},
            [DCC_EVENT_RESTART_REFUSED] = {DCC_STATE_CRASHED, DCC_ACTION_CONCLUDE},
            [DCC_EVENT_BUDGET_SPENT] = {DCC_STATE_FAILED, DCC_ACTION_CONCLUDE},
        },
    [DCC_STATE_FAILED] =
        {
            [DCC_EVENT_START] = {DCC_STATE_STARTING, DCC_ACTION_SPAWN},
            /* asked for while what was left of it is being ended */
            [DCC_EVENT_RESTART_GRANTED] = {DCC_STATE_RESTARTING, DCC_ACTION_DELAY},
            [DCC_EVENT_RESTART_REFUSED] = {DCC_STATE_FAILED, DCC_ACTION_CONCLUDE},
            [DCC_EVENT_BUDGET_SPENT] = {DCC_STATE_FAILED, DCC_ACTION_CONCLUDE},
        },
};

static const char *const event_names[DCC_N_EVENTS] = {
    [DCC_EVENT_START] = "start",
    [DCC_EVENT_SPAWN_REFUSED] = "spawn-refused",
    [DCC_EVENT_START_REFUSED] = "start-refused",
    [DCC_EVENT_READY] = "ready",
    [DCC_EVENT_START_TIMEOUT] = "start-timeout",
    [DCC_EVENT_EXITED_CLEAN] = "exited-clean",
    [DCC_EVENT_EXITED_CRASH] = "exited-crash",
    [DCC_EVENT_EXITED_FOR_GOOD] = "exited-for-good",
    [DCC_EVENT_HUNG] = "hung",
    [DCC_EVENT_WELL] = "well",
    [DCC_EVENT_HANG_TIMEOUT] = "hang-timeout",
    [DCC_EVENT_STOP] = "stop",
    [DCC_EVENT_RESTART] = "restart",
    [DCC_EVENT_TREE_EMPTY] = "tree-empty",
    [DCC_EVENT_RESTART_GRANTED] = "restart-granted",
    [DCC_EVENT_RESTART_REFUSED] = "restart-refused",
    [DCC_EVENT_BUDGET_SPENT] = "budget-spent",
    [DCC_EVENT_DELAY_OVER] = "delay-over",
};

static const char *const action_names[DCC_N_ACTIONS] = {
    [DCC_ACTION_IGNORE] = "ignore",
    [DCC_ACTION_NONE] = "none",
    [DCC_ACTION_SPAWN] = "spawn",
    [DCC_ACTION_WATCH] = "watch",
    [DCC_ACTION_CLEAR_TREE] = "clear-tree",
    [DCC_ACTION_CONCLUDE] = "conclude",
    [DCC_ACTION_DELAY] = "delay",
    [DCC_ACTION_RETRY_SPAWN] = "retry-spawn",
    [DCC_ACTION_ASK_TO_QUIT] = "ask-to-quit",
    [DCC_ACTION_KILL] = "kill",
    [DCC_ACTION_REPORT] = "report",
    [DCC_ACTION_CANCEL] = "cancel",
};

/* An event that means nothing in this state, or one from nowhere, leaves the state as it is. */
DccTransition
dcc_transition_lookup(DccState state, DccEvent event)
{
    DccTransition cell = {state, DCC_ACTION_IGNORE};

    if ((guint)state < DCC_N_STATES && (guint)event < DCC_N_EVENTS &&
        transitions[state][event].action != DCC_ACTION_IGNORE)
        cell = transitions[state][event];
    return cell;
}

const char *
dcc_event_to_string(DccEvent event)
{
    return (guint)event < DCC_N_EVENTS ? event_names[event] : "unknown";
}

const char *
dcc_action_to_string(DccAction action)
{
    return (guint)action < DCC_N_ACTIONS ? action_names[action] : "unknown";
}
