/* Descriptors of the C library that a child is to have from its beginning, as the library hands them down: a block that
 * comes with the child's start information.
 *
 * Threading: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full): for lpReserved2: handles[i] is descriptor i of the child. *size: of the block, in bytes. */
gpointer
dcc_crt_handles_make_block(gpointer const *handles, guint n, guint16 *size);

G_END_DECLS
