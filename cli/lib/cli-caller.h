/* What whoever called this command means for the instance: what it is tied to, the name it gets by
 * default, how long its stop may take.
 *
 * Threading: main thread, for the environment is read. */
#pragma once

#include "cli-engine.h"
#include "dcc-launch-request.h"

/* Of a name that never comes again: a week, for over holidays somebody still asks why. */
#define CLI_CALLER_KEEP_STATE "keep-state=168h"

typedef struct {
    const char *app;
    gboolean named;    /* the user has given a name */
    gboolean tied;     /* the user says so */
    gboolean not_tied; /* and the contrary */
    gboolean detached;
    gboolean budgeted; /* the user has given a stop budget */
} CliCaller;

/* (transfer full): options for the session process, before those that the user wrote. Errors INVALID:
 * an engine's variable is garbage; NOT_SUPPORTED: the caller cannot be known. */
char **
cli_caller_make_options(const CliCaller *self, GError **error);
/* The engine that says how long a stop may take; NULL: there is none, or the user has said so. */
const CliEngine *
cli_caller_find_budget(DccLaunchRequest *request);
/* (transfer full): what --tied means, for --help. */
char *
cli_caller_describe(void);
