/* What `launch` and `render` are called with, understood as far as can be before a session process is
 * started: its arguments, the request, and how the command speaks to the engine that started it. */
#pragma once

#include "cli-engine-voice.h"
#include "cli-launch-options.h"

typedef struct {
    CliLaunchOptions options;
    DccLaunchRequest *request;
    char **args; /* for the session process; none where an instance that is up is taken */
    CliEngineVoice *voice;
} CliOrder;

/* self: all zero. FALSE: the verb is over, with *status (help was shown, or a mistake told). */
gboolean
cli_order_take(CliOrder *self, char **argv, gboolean render, int *status);
void
cli_order_clear(CliOrder *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CliOrder, cli_order_clear)
