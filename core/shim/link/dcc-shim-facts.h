/* What a slot of the exit record says, as values; whatever the system.
 *
 * Threading: any. */
#pragma once

#include "dcc-shim-link.h"
#include "dcc-shim-wire.h"

G_BEGIN_DECLS

void
dcc_identity_from_slot(DccIdentity *identity, const DccShimSlot *slot, const DccShimId *id);
void
dcc_shim_record_from_slot(DccShimRecord *record, const DccShimSlot *slot);
/* (transfer full, element-type DccShimMember): what the record says was ended. *total: how many there were; may be
 * NULL. */
GArray *
dcc_shim_facts_list_ended(const DccShimSlot *slot, guint *total);

G_END_DECLS
