/* Which process a number means: the boot, when it started and, where the system has it, a number
 * that no other process gets. A pid alone names nobody: it may be another process's by now. */
#pragma once

#include "dcc-error.h"
#include "dcc-process-ref.h"

G_BEGIN_DECLS

typedef struct {
    gint64 pid;
    guint64 start_ticks; /* when it started, in the system's units since boot; 0 not known */
    guint64 pidfs_inode; /* the number that no other process of this boot gets; 0: there is none */
    char boot_id[40];
} DccIdentity;

gboolean
dcc_identity_read(gint64 pid, DccIdentity *identity);
/* A handle of the process if it still is the one. NONE: it is gone, or another has its pid. */
DccProcessRef
dcc_identity_open(const DccIdentity *identity);
gboolean
dcc_identity_is_alive(const DccIdentity *identity);
const char *
dcc_boot_id(void);

G_END_DECLS
