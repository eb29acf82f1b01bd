/* Local channels: sockets that are found by a file in a private directory, however long its path
 * is, and whose other end's user is checked: by the kernel's word, or by who can read that file. */
#pragma once

#include "dcc-api.h"

G_BEGIN_DECLS

typedef int DccSocket;
#define DCC_SOCKET_NONE (-1)

/* Listens without blocking, for this user alone; replaces what stands there. NONE and error. */
DccSocket
dcc_socket_listen(const char *dir, const char *file, GError **error);
/* Blocks, and is not inherited. NONE with errno; where a socket is found by what a file says, EPERM: the file is not this
 * user's alone, EPROTO: it is damaged, ECONNREFUSED: whoever wrote it is dead. */
DccSocket
dcc_socket_connect(const char *dir, const char *file);
/* Like it, but never waits (for long): NONE with EAGAIN when the listener's queue is full. */
DccSocket
dcc_socket_dial(const char *dir, const char *file);
/* Takes a connection that waits, without blocking; it does not block either, and is not inherited.
 * NONE with errno: EAGAIN where none waits, EMFILE or ENFILE without a descriptor to have. */
DccSocket
dcc_socket_accept(DccSocket self);
/* Whether the other end is run by this user (or root). */
gboolean
dcc_socket_peer_is_ours(DccSocket self);
/* The process that listens at the other end; -1: not known. */
gint64
dcc_socket_get_peer_pid(DccSocket self);
/* What was sent or received; -1 with errno. The other end's absence is an error, never a signal.
 * With wait, as the socket is; else EAGAIN. */
gssize
dcc_socket_send(DccSocket self, const void *bytes, gsize n, gboolean wait);
gssize
dcc_socket_receive(DccSocket self, void *bytes, gsize n, gboolean wait);
void
dcc_socket_close(DccSocket *self);
/* What to wait for where condition is meant: as long as the other end has not proven who it is, nothing can be sent, and
 * the proof is what comes. */
GIOCondition
dcc_socket_wants(DccSocket self, GIOCondition condition);

/* A source for it on the thread-default main context. (transfer full) */
GSource *
dcc_socket_watch(DccSocket self, GIOCondition condition, GSourceFunc func, gpointer data);

G_END_DECLS
