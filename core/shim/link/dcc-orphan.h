/* An application whose shim is dead: watched by pidfd, its output kept, its end written down, from
 * here.
 *
 * Threading: the thread-default main context at the time it is made. */
#pragma once

#include "dcc-shim-link.h"

G_BEGIN_DECLS

typedef struct _DccOrphan DccOrphan;
typedef void (*DccOrphanFunc)(DccShimNews news, gpointer data);

/* Never NULL: with nothing left to watch it says so at once, from the main loop.
 *
 * main_fd (taken over): of the main process, opened while the shim lived, so that an end in between
 * is known; -1: none. */
DccOrphan *
dcc_orphan_new(
    const char *dir, const char *log_path, int main_fd, DccOrphanFunc func, gpointer data);
/* Tells nothing more, also when it is freed from within func. */
void
dcc_orphan_free(DccOrphan *self);
void
dcc_orphan_order(DccOrphan *self, DccShimOrder order);
/* SIGKILL to the tree until nothing is left of it or it does not help, without the main loop. */
void
dcc_orphan_end(DccOrphan *self);
/* (transfer full, element-type DccProc) */
GArray *
dcc_orphan_list_tree(DccOrphan *self);

G_END_DECLS
