/* What is done with a child until it is reaped: waiting for it beside other things, and ending it.
 *
 * Threading: any, one thread at a time for each child. */
#pragma once

#include "dcc-spawn.h"

G_BEGIN_DECLS

/* As dcc_fds_wait(), and TRUE once the child has ended (it has not been reaped by that). timeout_ms -1:
 * for ever. Where the system gave no handle of the child it is asked every few milliseconds. */
gboolean
dcc_child_poll(const DccChild *self, GPollFD *fds, guint n_fds, gint64 timeout_ms);
/* Asks it to end, as the system does when it goes down. It has not been reaped, so the number is its
 * own. */
void
dcc_child_ask_to_end(const DccChild *self);
/* Kills it, not gracefully. It has not been reaped, so the number is its own. */
void
dcc_child_kill(const DccChild *self);
/* Waits for its end, reaps it and closes its handle. The raw status, for dcc_exit_status_decode();
 * -1: somebody else has reaped it, and the system does not tell. */
int
dcc_child_reap(DccChild *self);
/* The same, and what is left of the process group that it leads is killed first. */
int
dcc_child_reap_group(DccChild *self);

G_END_DECLS
