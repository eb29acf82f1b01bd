/* Asks copies that only tell their version when they are run, all at the same time. */
#pragma once

#include "dcc-adapter.h"

G_BEGIN_DECLS

typedef struct {
    const char *const *argv; /* the version command */
    char *output;            /* (transfer full): what it printed, valid UTF-8; NULL: see failure */
    char *failure;           /* (transfer full): why it did not tell */
    gint64 timeout_ms;       /* dcc_version_ask()'s own */
    GCancellable *cancellable; /* NULL: it cannot be cancelled */
} DccVersionAsk;

/* Returns when all have ended or their time is up; takes as long as the slowest. What did not end in
 * time is not asked again by this process for a minute. */
void
dcc_version_ask(DccVersionAsk *asks, guint n, gint64 timeout_ms);
void
dcc_version_ask_clear(DccVersionAsk *ask);

G_END_DECLS
