/* The application and all that descends from it: signals, killing, whether any is left.
 *
 * It writes to the record's slot in memory (last_signal, ended) and says that it did; it knows
 * nothing of its callers. */
#pragma once

#include "dcc-shim-wire.h"

#define DCC_SHIM_MAX_TREE 1024 /* looked at in one pass; what is beyond comes with the next one */

typedef struct {
    DccShimSlot *record;
    bool changed;    /* the record is to be written */
    unsigned passes; /* of killing; 0: not killing */
    int wait_ms;     /* the pause after the last pass */
    int64_t due_ms;  /* of the monotonic clock: the next pass; -1: only SIGCHLD brings it */
    DccProc list[DCC_SHIM_MAX_TREE];
} ShimTree;

void
dcc_shim_tree_init(ShimTree *self, DccShimSlot *record);
/* To the main process, with SIGCONT behind it. */
void
dcc_shim_tree_signal_main(ShimTree *self, int sig);
void
dcc_shim_tree_continue_main(ShimTree *self);
/* SIGTERM and SIGCONT to everyone. */
void
dcc_shim_tree_terminate(ShimTree *self);
/* From now on passes are due until none is left. */
void
dcc_shim_tree_begin_killing(ShimTree *self);
/* How long until the next pass is due; -1 none is. */
int
dcc_shim_tree_patience(const ShimTree *self);
/* A child has ended: what was below it is ours now, so the next pass is due at once. */
void
dcc_shim_tree_hasten(ShimTree *self);
/* SIGKILL to everyone there is now. TRUE: another pass at once may find more. The caller reaps
 * between two passes. */
bool
dcc_shim_tree_kill(ShimTree *self);
/* Sets when the next pass is due, or that none is. */
void
dcc_shim_tree_rest(ShimTree *self);
/* Daemons that live on and other instances do not count. */
bool
dcc_shim_tree_is_empty(ShimTree *self);
int64_t
dcc_shim_tree_now_ms(void);
