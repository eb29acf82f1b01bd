/* Who a pid is: boot id, start time and, where the kernel has it, the pidfs inode. A pid alone
 * names nobody: it may be a stranger's by now. */
#pragma once

#include "dcc-error.h"

G_BEGIN_DECLS

typedef struct {
    gint64 pid;
    guint64 start_ticks; /* field 22 of /proc/PID/stat; 0 not known */
    guint64 pidfs_inode; /* 0 where the kernel has none */
    char boot_id[40];
} DccIdentity;

gboolean
dcc_identity_read(gint64 pid, DccIdentity *identity);
/* Opens a pidfd for the process if it still is the one. -1: it is gone, or somebody else has its
 * pid. */
int
dcc_identity_open(const DccIdentity *identity);
gboolean
dcc_identity_is_alive(const DccIdentity *identity);
const char *
dcc_boot_id(void);

/* The raw wait status of a process that has ended, as far as the kernel still tells: our child or
 * not (PIDFD_GET_INFO, Linux 6.15). Never reaps. */
gboolean
dcc_pidfd_read_exit(int pidfd, int *wait_status);
/* TRUE where the kernel can do that. */
DCC_API gboolean
dcc_pidfd_can_read_exit(void);

G_END_DECLS
