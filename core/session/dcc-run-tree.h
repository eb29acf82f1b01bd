/* What is left of a run's processes once the main one has ended. */
#pragma once

#include "dcc-shim-link.h"

G_BEGIN_DECLS

gboolean
dcc_run_tree_has_any(DccShimLink *shim);
/* Whether one of them looks like a crash reporter, or has worked since *last was written (CPU time
 * and I/O together; 0 before the first look, which always says TRUE). */
gboolean
dcc_run_tree_lingers(DccShimLink *shim, gint64 *last);
/* (transfer full): a line for each. */
char **
dcc_run_tree_describe(DccShimLink *shim);
/* (transfer full): a line for each process that was ended beside the main one: its number and its
 * name, not its arguments, which may hold secrets. ended: DccShimMember. */
char **
dcc_run_tree_list_ended(GArray *ended, guint total);
/* (transfer full): a line for each daemon that was let go, as the plan says. */
char **
dcc_run_tree_list_released(const char *const *daemons, const char *incarnation);

G_END_DECLS
