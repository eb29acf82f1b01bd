/* Slurm's configuration as a job may read it: slurm.conf and what that includes. No question is asked of
 * Slurm itself.
 *
 * Threading: any. */
#pragma once

#include <glib.h>

/* KillWait in milliseconds, by the first of paths (NULL at the end) that is there, for no other is Slurm's
 * then. -1: none is there or can be read, or nothing is said of it. */
gint64
cli_slurm_conf_read_kill_wait(const char *const *paths);
