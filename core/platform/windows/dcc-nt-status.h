/* What exit codes of Windows mean: an unhandled exception ends a process with its number.
 *
 * Pure: it asks no system, so it is tested on each. Threading: any. */
#pragma once

#include "dcc-enums.h"

G_BEGIN_DECLS

/* What this house ends processes with: the signal that it would have been is told by it. */
#define DCC_NT_STATUS_OURS(signal) (G_GUINT64_CONSTANT(0xedcc0000) | (signal))

typedef struct {
    DccResultKind kind; /* EXITED, SIGNALED */
    int code;           /* -1 unless EXITED; never negative then */
    int signal;         /* the nearest of the house's numbers; 0 unless SIGNALED */
    const char *text;   /* in words, after "it"; NULL: the number says it all */
} DccNtStatus;

DccNtStatus
dcc_nt_status_decode(guint32 status);
/* Whether it ended before its first instruction: something that it needs is missing or broken. */
gboolean
dcc_nt_status_is_start_failure(guint32 status);

G_END_DECLS
