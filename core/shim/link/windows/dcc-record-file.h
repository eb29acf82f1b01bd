/* The exit record in an instance's runtime directory, which the session itself writes here.
 *
 * It is opened for each reading and writing, for a file that is open cannot be replaced by another run's. Threading:
 * any. */
#pragma once

#include "dcc-shim-facts.h"

G_BEGIN_DECLS

/* Makes DIR/exit anew, with *slot in it. The caller holds the name's lock. */
gboolean
dcc_record_file_make(const char *dir, DccShimSlot *slot, GError **error);
/* FALSE: there is none of this user's, or it is damaged. */
gboolean
dcc_record_file_read(const char *dir, DccShimSlot *slot);
/* In place and into room that was made before. FALSE with errno. */
gboolean
dcc_record_file_write(const char *dir, DccShimSlot *slot);
void
dcc_record_file_remove(const char *dir);

G_END_DECLS
