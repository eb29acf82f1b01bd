/* The processes that the application is tied to: when one of them is gone, it is to end.
 *
 * The session sees to that, saving first; here it is seen to that it happens, whatever became of the
 * session: a farm's engine kills without warning, and may kill all at once. */
#pragma once

#include "dcc-shim-wire.h"

typedef enum {
    SHIM_TIE_HOLDS,
    SHIM_TIE_TERMINATE, /* said once: one is gone, and no session attends to it */
    SHIM_TIE_KILL,      /* said once: the time that was given for an orderly end is over */
} ShimTieWord;

typedef struct {
    int64_t pid;
    uint64_t start_ticks;
    int fd; /* its pidfd; -1: there is none to be had, and it is looked at each second */
} ShimTied;

typedef struct {
    ShimTied all[DCC_SHIM_MAX_TIES];
    unsigned n;
    bool lost;
    bool terminated;
    bool killed;
    int64_t due_ms; /* of the monotonic clock: the kill, where it is lost */
} ShimTie;

/* "PID:START", as of the shim's option. FALSE: it is none, or there are enough. */
bool
dcc_shim_tie_add(ShimTie *self, const char *text);
void
dcc_shim_tie_open(ShimTie *self);
/* The descriptor to poll for one of them; -1 none. */
int
dcc_shim_tie_get_fd(const ShimTie *self, unsigned number);
/* How long until it has to be asked again, whatever happens; -1: for ever. */
int
dcc_shim_tie_patience(const ShimTie *self, int64_t now_ms);
ShimTieWord
dcc_shim_tie_ask(ShimTie *self, bool attended, int64_t now_ms);
