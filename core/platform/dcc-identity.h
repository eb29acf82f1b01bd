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
/* Milliseconds since it started, whatever the clocks have been set to since. -1: not known, or it
 * is of another boot. It is not asked whether it still lives. */
gint64
dcc_identity_get_age_ms(const DccIdentity *identity);
/* When whoever has this number now started, as start_ticks; 0: nobody has it, or it is not known.
 */
guint64
dcc_identity_read_start(gint64 pid);
/* The time as start_ticks have it; 0: not known. */
guint64
dcc_identity_now(void);
/* Whether whoever has this number now lives; one that has ended and was not reaped does not. */
gboolean
dcc_identity_is_pid_alive(gint64 pid);
const char *
dcc_boot_id(void);

G_END_DECLS
