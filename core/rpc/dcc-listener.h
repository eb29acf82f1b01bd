/* A listening local channel that hands over connections of this user alone. */
#pragma once

#include "dcc-api.h"

G_BEGIN_DECLS

typedef struct _DccListener DccListener;
/* Takes over fd. */
typedef void (*DccConnectFunc)(int fd, gpointer data);

DccListener *
dcc_listener_new(
    const char *dir, const char *file, DccConnectFunc func, gpointer data, GError **error);
/* Takes whoever waits at the door, now. */
void
dcc_listener_drain(DccListener *self);
/* Closes; the socket's file stays for its directory's owner to remove. */
void
dcc_listener_free(DccListener *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccListener, dcc_listener_free)

G_END_DECLS
