/* The one decoder of raw exit statuses: what wait(2), a process handle or a shim's record say of an
 * end.
 *
 * Threading: any. */
#pragma once

#include "dcc-enums.h"

G_BEGIN_DECLS

typedef struct {
    DccResultKind kind; /* EXITED, SIGNALED; LOST: the number says nothing */
    int code;           /* -1 unless EXITED */
    int signal;         /* of the house's numbers; 0 unless SIGNALED */
    gboolean core_dumped;
} DccExitStatus;

/* status: as the system has it; -1: nobody knows. */
DccExitStatus
dcc_exit_status_decode(int status);
/* Whether it ended by itself with code 0. */
gboolean
dcc_exit_status_is_success(int status);

G_END_DECLS
