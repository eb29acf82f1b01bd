/* A process and all that descend from it, as the system tells. */
#pragma once

#include "dcc-identity.h"

G_BEGIN_DECLS

typedef struct {
    gboolean valid;
    gint64 cpu_us; /* user and system time of all living members and their waited-for children */
    gint64 rss_bytes;
    gint64 io_bytes; /* read and written so far; -1 where not permitted */
    guint n_processes;
    guint64 digest;   /* of the set of pids and start times */
    gboolean stopped; /* the root is stopped (by a signal or a debugger) */
} DccTreeSample;

/* (transfer full, element-type gint64): root first; empty when it is gone. */
GArray *
dcc_tree_list(gint64 root);
/* (transfer full, element-type gint64): all processes there are; empty: they cannot be listed. */
GArray *
dcc_tree_list_all(void);
/* (transfer full, element-type gint64): those that have one of these names, of which the system may
 * keep only the beginning, and this setting ("NAME=value") in the environment they were started
 * with. */
GArray *
dcc_tree_find(const char *const *names, const char *setting);
DccTreeSample
dcc_tree_sample(gint64 root);
/* The most resident memory, in bytes, that any one living member of the tree has had so far; -1: not
 * known. */
gint64
dcc_tree_peak(gint64 root);
/* One line a process for people: "pid name state waits-in". (transfer full) */
char **
dcc_tree_describe(const gint64 *pids, guint n);

G_END_DECLS
