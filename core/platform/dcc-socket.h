/* Unix sockets in a directory, however long its path is, and with the peer's user checked. */
#pragma once

#include "dcc-api.h"

G_BEGIN_DECLS

/* Non-blocking listening socket, mode 0600; replaces what stands there. -1 and error. */
int
dcc_socket_listen(const char *dir, const char *file, GError **error);
/* Blocking, close-on-exec. -1 with errno. */
int
dcc_socket_connect(const char *dir, const char *file);
/* Like it, but never waits, now or later: -1 with EAGAIN when the listener's queue is full. */
int
dcc_socket_dial(const char *dir, const char *file);
/* Whether the other end is run by this user (or root). */
gboolean
dcc_socket_peer_is_ours(int fd);
/* The process that listens at the other end; -1: not known. */
gint64
dcc_socket_get_peer_pid(int fd);
/* For what dcc_socket_dial() made: bytes handed over, 0 when that would have to wait, -1 when the
 * connection is over. */
gssize
dcc_socket_send(int fd, const void *bytes, gsize length);
gssize
dcc_socket_receive(int fd, void *bytes, gsize length);

/* A source for fd on the thread-default main context. (transfer full) */
GSource *
dcc_socket_watch(int fd, GIOCondition condition, GSourceFunc func, gpointer data);

G_END_DECLS
