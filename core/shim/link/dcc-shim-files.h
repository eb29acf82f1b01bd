/* The files a shim and a session share in an instance's runtime directory. */
#pragma once

#include "dcc-shim-facts.h"

G_BEGIN_DECLS

/* Makes DIR/exit and DIR/out.fifo anew. The caller holds the name's lock. */
gboolean
dcc_shim_files_prepare(const char *dir, GError **error);
/* -1 with errno; refuses what is no regular file of ours. flags: O_RDONLY or O_RDWR. */
int
dcc_shim_files_open_record(const char *dir, int flags);
/* Not blocking; -1 with errno. */
int
dcc_shim_files_open_output(const char *dir);
/* Connected and not blocking; -1 with errno. */
int
dcc_shim_files_connect(const char *dir);

gboolean
dcc_shim_files_read(const char *dir, DccShimSlot *slot);
/* A process of the record. FALSE: it has ended, or the number is another's. */
gboolean
dcc_shim_id_is_alive(const DccShimSlot *slot, const DccShimId *id);
/* The same by its number alone, for where pidfd_open() is refused: see dcc_shim_has_pidfds(). */
gboolean
dcc_shim_id_read(const DccShimSlot *slot, const DccShimId *id, DccProc *proc);
gboolean
dcc_shim_has_pidfds(void);

G_END_DECLS
