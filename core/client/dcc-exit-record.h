/* How an application ended, as its shim wrote it down. */
#pragma once

#include "dcc-exit-info.h"
#include "dcc-shim-link.h"

G_BEGIN_DECLS

/* (transfer full): the raw end; nobody has judged it. lost: why it is not known, where it is not.
 */
DccExitInfo *
dcc_exit_record_to_info(const DccShimRecord *record, const char *lost);

G_END_DECLS
