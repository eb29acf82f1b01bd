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
/* Whether the other end is run by this user (or root). */
gboolean
dcc_socket_peer_is_ours(int fd);

/* A source for fd on the thread-default main context. (transfer full) */
GSource *
dcc_socket_watch(int fd, GIOCondition condition, GSourceFunc func, gpointer data);

G_END_DECLS
