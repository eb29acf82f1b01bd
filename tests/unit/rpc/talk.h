/* A peer under test, its other side by hand, and what its handler was told. */
#pragma once

#include "dcc-manual-clock.h"
#include "dcc-peer.h"
#include "wire.h"

G_BEGIN_DECLS

typedef struct {
    gint64 id;
    char *method;
    JsonObject *params;
} Asked;

typedef struct {
    Wire *wire;
    DccManualClock *clock;
    DccPeer *peer;
    GPtrArray *asked; /* Asked */
    guint closed;
    char *reason;
    gboolean drop_when_closed; /* its owner lets it go when it is told so */
    gboolean drop_when_asked;
    gboolean drain_when_asked;
} Talk;

/* How a call ended. */
typedef struct {
    guint count;
    JsonObject *result;
    GError *error;
    Talk *drop; /* let its peer go in the callback */
} Outcome;

Talk *
talk_new(void);
void
talk_free(Talk *self);
const Asked *
talk_wait_asked(Talk *self, guint n);
void
talk_on_outcome(JsonObject *result, const GError *error, gpointer outcome);
void
outcome_clear(Outcome *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Talk, talk_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Outcome, outcome_clear)

G_END_DECLS
