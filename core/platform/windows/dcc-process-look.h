/* What there is to see of a process that somebody has a handle of: what it executes and what it has done so far.
 *
 * Threading: any. */
#pragma once

#include "dcc-process-ref.h"

G_BEGIN_DECLS

typedef struct {
    char *program;  /* the path of its file, with '/' inside; NULL: it is not told */
    guint64 start;  /* as dcc_job_read_start() */
    guint64 cpu;    /* what it has used of the processor, in units of 100 ns */
    gint64 written; /* bytes, to whatever; -1 not known */
    gint64 peak;    /* the most memory it has had, in bytes; -1 not known */
} DccProcessLook;

void
dcc_process_look_take(DccProcessLook *self, DccProcessRef process);
void
dcc_process_look_clear(DccProcessLook *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DccProcessLook, dcc_process_look_clear)

G_END_DECLS
