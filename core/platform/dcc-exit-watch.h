/* Kernel exit events of any number of processes: one epoll descriptor in one GSource. */
#pragma once

#include "dcc-error.h"

G_BEGIN_DECLS

typedef struct _DccExitWatch DccExitWatch;
/* The process behind the pidfd has ended (it may still be a zombie). Called once. */
typedef void (*DccExitFunc)(int pidfd, gpointer data);

/* One for each main context: (transfer full) a reference to the thread-default context's. */
DccExitWatch *
dcc_exit_watch_ref_default(void);
void
dcc_exit_watch_unref(DccExitWatch *self);
/* Keeps a duplicate of pidfd. Returns an id for removal. */
guint
dcc_exit_watch_add(DccExitWatch *self, int pidfd, DccExitFunc func, gpointer data, GError **error);
void
dcc_exit_watch_remove(DccExitWatch *self, guint id);

G_END_DECLS
