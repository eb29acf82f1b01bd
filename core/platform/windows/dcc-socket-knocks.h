/* Who has connected to a local channel and not yet said the word that lets it in.
 *
 * At most 64 of them, each for five seconds: whoever says something else, nothing, or less, is dropped, and so is the one that
 * has waited longest where another would be too many. Threading: one thread at a time. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _DccSocketKnocks DccSocketKnocks;

/* word: of a DccSocketFile. */
DccSocketKnocks *
dcc_socket_knocks_new(const char *word);
void
dcc_socket_knocks_free(DccSocketKnocks *self);
/* caller: (transfer full), without blocking. */
void
dcc_socket_knocks_add(DccSocketKnocks *self, GSocket *caller);
/* (transfer full) (nullable): one that has said the word, and nothing behind it was read. */
GSocket *
dcc_socket_knocks_take(DccSocketKnocks *self);
/* ear, which lives until this is called again, becomes ready when one of them says something or has waited too long. NULL:
 * nobody waits any more. */
void
dcc_socket_knocks_attend(DccSocketKnocks *self, GSource *ear);

G_END_DECLS
