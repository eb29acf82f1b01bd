/* Which processes are provably of an application that has no shim (any more). */
#pragma once

#include "dcc-proc.h"
#include "dcc-shim-wire.h"
#include <glib.h>

G_BEGIN_DECLS

/* (transfer full, element-type DccProc), released daemons not among them. watched: the main
 * process, or a process of its session, has been seen alive without a break; only then its
 * session's number proves anything. */
GArray *
dcc_orphan_tree_list(const DccShimSlot *slot, const char *dir, gboolean watched);

G_END_DECLS
