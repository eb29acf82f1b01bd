/* Looks at every process there is, and whether somebody may have slipped by.
 *
 * The list of processes is read in pieces, oldest numbers and newest mixed, while processes come
 * and go. One that forks and ends every few milliseconds can be gone when its entry is read, its
 * child not yet in the piece. So a look that finds nobody proves something only when nobody has
 * ended since the look before: the looks of one search know who was dead already. */
#pragma once

#include "dcc-proc.h"

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    DccProc *all; /* of the newest look: also the dead, and those that were gone when they were read
                     (state 'X', nothing known but the number) */
    gsize n;
    GHashTable
        *dead; /* number -> start time of those that were dead in a look before; NULL: none */
} DccProcessScan;

typedef void (*DccProcessScanSeen)(const DccProc *proc, gpointer data);

/* A zombie with threads is a process whose first thread has ended, and which works on. */
gboolean
dcc_process_scan_is_living(const DccProc *proc);
/* Looks, again or for the first time ({0}). seen() may be NULL; it is called while the look goes
 * on.
 */
void
dcc_process_scan_take(DccProcessScan *self, DccProcessScanSeen seen, gpointer data);
/* FALSE: one that is not older than since_ticks has ended, and its child may not have been seen. */
gboolean
dcc_process_scan_is_sure(const DccProcessScan *self, guint64 since_ticks);
void
dcc_process_scan_clear(DccProcessScan *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DccProcessScan, dcc_process_scan_clear)

G_END_DECLS
