/* Ctrl-C and the system's request to end, read from a descriptor instead of dying of them.
 *
 * No thread is made for it: a machine may have none to give. Threading: of the thread that holds
 * them, and of those made after it. */
#pragma once

#include "dcc-api.h"

G_BEGIN_DECLS

typedef enum {
    DCC_STOP_REQUEST_TERMINATE = 1 << 0,
    DCC_STOP_REQUEST_INTERRUPT = 1 << 1 /* Ctrl-C */
} DccStopRequests;

/* A descriptor that is readable when there was one; -1: there are none left, and requests end this
 * process as they ever did, for deaf would be worse than abrupt. What is spawned from now on does
 * not hold them. */
int
dcc_stop_requests_hold(DccStopRequests which);
/* (transfer full): calls func from the thread-default main context when there is one to take, before
 * other news: whatever else is told came of the same request. */
GSource *
dcc_stop_requests_watch(int fd, GSourceFunc func, gpointer data);
/* Takes one; 0: there is none. */
DccStopRequests
dcc_stop_requests_take(int fd);

G_END_DECLS
