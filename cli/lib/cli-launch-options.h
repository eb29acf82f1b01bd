/* What `launch` is asked for. Read once here, for the verb the user types and for the session
 * process that gets the very same arguments (so that they stay the same bytes). */
#pragma once

#include "dcc-launch-request.h"

typedef struct {
    char *app;
    char *version;
    char *name;
    char *scene; /* absolute */
    char *cwd;   /* absolute */
    char *wait;  /* "started", "ready" or NULL */
    char **env;
    char **settings; /* NAME=VALUE of --set */
    char *start_timeout;
    char *restart;
    char *max_restarts;
    char *backoff;
    char *on_hang;
    char *recover;
    char *stop_budget;
    char **tied_to; /* PID:START, of the session process alone */
    gboolean tied;
    gboolean not_tied;
    gboolean headless;
    gboolean safe;
    gboolean detach;
    gboolean json;
    char **args; /* what follows "--" */
} CliLaunchOptions;

/* (transfer full): what the session process is given: the options that follow from who called, and
 * those of args, which are what was parsed. Takes the name that follows. Error INVALID: an engine's
 * variable is garbage. */
char **
cli_launch_options_make_session_args(CliLaunchOptions *self,
                                     const char *const *args,
                                     GError **error);
/* FALSE: the verb is over, with *status (help was shown, or a mistake told). */
gboolean
cli_launch_options_parse(CliLaunchOptions *self, char **argv, int *status);
/* (transfer full): error INVALID or SCENE for what is well written but wrong, a usage error else.
 */
DccLaunchRequest *
cli_launch_options_to_request(CliLaunchOptions *self, GError **error);
void
cli_launch_options_clear(CliLaunchOptions *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CliLaunchOptions, cli_launch_options_clear)
