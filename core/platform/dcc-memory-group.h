/* The processes whose memory the system counts together and may limit: a batch job's, a container's.
 *
 * Threading: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    gboolean known;     /* there is one, and it can be read */
    guint64 kills;      /* so many of its processes were killed for want of memory so far */
    gint64 peak_bytes;  /* the most it has had; -1 not known */
    gint64 limit_bytes; /* the most it may have; -1 none, or not known */
} DccMemoryGroup;

/* That of this process, and of what it has started. */
void
dcc_memory_group_read(DccMemoryGroup *self);
/* The same, with these in place of the system's: membership is the text of /proc/PID/cgroup, root
 * where the groups are mounted. */
void
dcc_memory_group_read_at(DccMemoryGroup *self, const char *membership, const char *root);

G_END_DECLS
