/* What is to be handed to a farm engine: a render in tasks, each of some frames. Texts are made of it
 * by cli-submit-slurm.c and cli-submit-openjd.c. */
#pragma once

#include <json-glib/json-glib.h>

typedef struct {
    char *name; /* of the job: letters, digits, ".", "_" and "-" */
    char *app;
    char *cwd;     /* absolute */
    char **before; /* the command of a task: words before its frames */
    char **after;  /* and after them */
    /* What brings up an instance for all tasks of a session, and what ends it; NULL: each task loads by
     * itself. */
    char **enter;
    char **leave;
    char **chunks; /* the frames of each task, as `render --frames` takes them */
    guint n_frames;
    gboolean can_resume; /* it is known where the pictures lie */
    gboolean resume;     /* in the first attempt, too */
    char **directives;   /* further options for Slurm (nullable) */
} CliSubmission;

/* (transfer full): a script for sbatch. */
char *
cli_submit_slurm_script(const CliSubmission *self);
/* (transfer full): a job template, which is YAML as well; error INVALID: a word that no template can
 * hold, or more tasks than one may have. */
JsonObject *
cli_submit_openjd_template(const CliSubmission *self, GError **error);
void
cli_submission_clear(CliSubmission *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CliSubmission, cli_submission_clear)
