/* The control socket of a shim: messages that come whole or not at all, of this user alone.
 *
 * Nothing here blocks, nothing is inherited, and the other end's absence is an error, never a signal. */
#pragma once

#include "dcc-shim-wire.h"

#include <sys/types.h>

/* Listens in the directory, in place of what stands there. -1 with errno. */
int
dcc_shim_socket_listen(int dir_fd);
/* -1: nobody waits, or it is another user. */
int
dcc_shim_socket_accept(int listen_fd);
/* -1 with errno; EPERM: another user listens there. */
int
dcc_shim_socket_connect(int dir_fd);
/* Two that are connected. -1 with errno. */
int
dcc_shim_socket_pair(int fds[2]);
/* FALSE with errno: EAGAIN, there is no room. */
bool
dcc_shim_socket_send(int fd, const DccShimMessage *message);
/* As recv(): the size of a message; 0 the other end has closed; -1 with errno: EAGAIN, there is none. */
ssize_t
dcc_shim_socket_receive(int fd, DccShimMessage *message);
/* Whether the other end has taken all that was sent; FALSE also where it cannot be known. */
bool
dcc_shim_socket_is_taken(int fd);
