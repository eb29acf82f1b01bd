/* The control socket of a session: docs/protocol.md, section 2. */
#pragma once

#include "dcc-peer.h"
#include "dcc-session.h"

G_BEGIN_DECLS

typedef struct _DccControl DccControl;

/* session: not owned, must outlive the control. */
DccControl *
dcc_control_new(DccSession *session, GError **error);
void
dcc_control_free(DccControl *self);
/* Tells every follower. event: borrowed. */
void
dcc_control_tell(DccControl *self, JsonObject *event);
/* The session is over: answer whoever waits. */
void
dcc_control_conclude(DccControl *self);
/* It runs again: answer whoever waits for that. */
void
dcc_control_tell_running(DccControl *self);
/* Every client has been sent all there was to send. */
gboolean
dcc_control_is_flushed(DccControl *self);

G_END_DECLS
