/* The events of one session, those that were and those that come, in one stream. */
#pragma once

#include "dcc-runtime.h"
#include <json-glib/json-glib.h>

typedef struct _CliFollow CliFollow;

/* since: the last sequence number that is not wanted any more; 0 gives all. */
CliFollow *
cli_follow_new(DccRuntime *runtime, const char *name, gint64 since, GError **error);
/* (transfer full): error TIMEOUT when none came in time, GONE when the session went away. */
JsonObject *
cli_follow_next(CliFollow *self, gint64 timeout_ms, GError **error);
/* For poll(), once cli_follow_next() with 0 said TIMEOUT. */
int
cli_follow_get_fd(CliFollow *self);
/* How many events between since and the first one are no longer kept. */
gint64
cli_follow_get_gap(CliFollow *self);
/* After the last event: until the session has closed, and with it given the name free; not for
 * ever. */
void
cli_follow_finish(CliFollow *self);
void
cli_follow_free(CliFollow *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CliFollow, cli_follow_free)
