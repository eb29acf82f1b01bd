/* Processes of an application's tree, as they are told to people and to the stop sequence. */
#pragma once

#include "dcc-shim-files.h"

G_BEGIN_DECLS

/* (transfer full, element-type DccShimMember): those of a list of DccProc, with what else can be
 * read of them. */
GArray *
dcc_shim_members_describe(GArray *processes);

G_END_DECLS
