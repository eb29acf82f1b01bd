/* The comment of the Slurm job that this command runs in, which `squeue -o %k` shows. Set by Slurm's
 * own command; where that is not there, not allowed or not quick, the job goes on without. */
#pragma once

#include <glib.h>

typedef struct _CliSlurmComment CliSlurmComment;

CliSlurmComment *
cli_slurm_comment_new(void);
void
cli_slurm_comment_set(CliSlurmComment *self, const char *text);
void
cli_slurm_comment_free(CliSlurmComment *self);
