/* What `submit` is asked for: what `render` takes, and which engine is to do it. */
#pragma once

#include "cli-submission.h"

typedef struct {
    char *app;
    char *on; /* "slurm" or "openjd" */
    char *frames;
    char *chunk;
    char *name;
    char *scene;  /* absolute */
    char *output; /* absolute */
    char *expect; /* absolute */
    char *cwd;    /* absolute */
    char *version;
    char *timeout;
    char *task_timeout;
    char *exit_map;
    char **env;
    char **settings;
    char **directives;
    gboolean resume;
    gboolean load_once;
    gboolean submit;
    char **args; /* what follows "--" */
} CliSubmitOptions;

/* FALSE: the verb is over, with *status. */
gboolean
cli_submit_options_parse(CliSubmitOptions *self, char **argv, int *status);
/* Error INVALID or SCENE, or a usage error. */
gboolean
cli_submit_options_to_submission(CliSubmitOptions *self, CliSubmission *submission, GError **error);
void
cli_submit_options_clear(CliSubmitOptions *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CliSubmitOptions, cli_submit_options_clear)
