/* A look at every process there is, and whether somebody may have slipped by.
 *
 * /proc is read in pieces, oldest numbers and newest mixed, while processes come and go. One that
 * forks and ends every few milliseconds can be gone when its entry is read, its child not yet in
 * the piece. So a look that finds nobody proves something only when nobody of it has ended. */
#pragma once

#include "dcc-proc.h"

#include <glib.h>

G_BEGIN_DECLS

/* A zombie with threads is a process whose first thread has ended, and which works on. */
gboolean
dcc_look_is_living(const DccProc *proc);
/* (transfer full): also dead ones, and those that were gone when they were read (state 'X', nothing
 * known but the number). seen() may be NULL; it is called while the look goes on. */
DccProc *
dcc_look(void (*seen)(const DccProc *proc, gpointer data), gpointer data, gsize *n);
/* FALSE: one that is not older than since_ticks, and whose child may not have been seen, has ended.
 */
gboolean
dcc_look_is_sure(const DccProc *all, gsize n, guint64 since_ticks);

G_END_DECLS
