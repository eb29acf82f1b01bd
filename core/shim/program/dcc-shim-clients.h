/* The control socket: sessions of the same user, several at once, that hear news and give orders.
 */
#pragma once

#include "dcc-shim-wire.h"

#define DCC_SHIM_MAX_CLIENTS 8

typedef void (*ShimOrderFunc)(unsigned order, void *data);

typedef struct {
    int fd;          /* -1: free */
    bool hopeless;   /* it did not read its news in time */
    bool has_output; /* its last news is NEWS_OUTPUT, and it may not have taken that yet */
} ShimClient;

typedef struct {
    int listen_fd;
    ShimClient all[DCC_SHIM_MAX_CLIENTS];
} ShimClients;

/* The first client's socket is inherited. FALSE: there can be no clients. */
bool
dcc_shim_clients_init(ShimClients *self, int dir_fd, int first_fd);
/* The new client; -1: there was none, or no room for it. */
int
dcc_shim_clients_accept(ShimClients *self);
bool
dcc_shim_clients_has_any(const ShimClients *self);
void
dcc_shim_clients_tell(ShimClients *self, unsigned news);
void
dcc_shim_clients_tell_one(ShimClients *self, int client, unsigned news);
/* To those that have taken the last one: so an application that never stops printing cannot flood
 * a session that is slow. */
void
dcc_shim_clients_tell_output(ShimClients *self);
/* Reads what one has to say, and lets go of it when it hung up. */
void
dcc_shim_clients_hear(ShimClients *self, int client, ShimOrderFunc func, void *data);
