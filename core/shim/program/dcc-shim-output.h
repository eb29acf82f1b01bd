/* What the application prints: from its pipe to the log. */
#pragma once

#include "dcc-ring.h"

typedef struct {
    DccRing ring;
    int fd; /* of the pipe; -1: it has no writer any more */
    int64_t pipe_size;
    bool degraded; /* a write to the log failed */
} ShimOutput;

bool
dcc_shim_output_init(ShimOutput *self, const char *log, int64_t log_size, int log_files);
/* The application's end of the pipe, which the caller closes; -1 with errno. */
int
dcc_shim_output_open(ShimOutput *self, int dir_fd);
/* What there is, for as long as it comes in one piece. TRUE: there was some. */
bool
dcc_shim_output_take(ShimOutput *self);
/* All that was written before now. */
bool
dcc_shim_output_take_all(ShimOutput *self);
/* A child stays and throws away what comes, for a process that goes on writing would block when the
 * pipe is full. */
void
dcc_shim_output_leave_a_drain(ShimOutput *self, int first_fd);
