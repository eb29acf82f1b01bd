/* The tree of an application: what is in the job that it was started into, but for daemons that the plan lets go on.
 *
 * Contract: a process counts, and is asked or ended, only when a handle of it is in the job. Threading: any; *slot is
 * the caller's. */
#pragma once

#include "dcc-process-ref.h"
#include "dcc-shim-facts.h"

G_BEGIN_DECLS

/* (transfer full, element-type DccShimMember): what lives of it now. but: a number to leave out; 0 none. */
GArray *
dcc_job_tree_list(const DccShimSlot *slot, gint64 but);
/* A handle of one that lives; NONE: it is no part of the tree, or gone. */
DccProcessRef
dcc_job_tree_open(const DccShimSlot *slot, gint64 pid);
/* Asks each of them to end. TRUE: the slot is to be written, for some were put on the list of those that were ended. */
gboolean
dcc_job_tree_ask(DccShimSlot *slot);
/* Puts all but the main process on that list, to be written before dcc_job_tree_kill(). */
gboolean
dcc_job_tree_note(DccShimSlot *slot);
/* Ends all that there is at one blow; where daemons are to go on, one by one. FALSE: there is nothing to end. */
gboolean
dcc_job_tree_kill(const DccShimSlot *slot);

G_END_DECLS
