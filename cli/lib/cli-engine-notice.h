/* How long a farm engine waits before it kills what it has asked to end, in the engine's own words: a
 * file of its, no question to it.
 *
 * Threading: main thread, for the environment is read. */
#pragma once

#include <glib.h>

/* Slurm's KillWait, milliseconds; -1: slurm.conf is not to be read, or says nothing of it. */
gint64
cli_engine_notice_of_slurm(void);
/* What is left of the notice that OpenJD has given, milliseconds; -1: it has given none. */
gint64
cli_engine_notice_of_openjd(void);
/* What a stop may take of it, so that it is over before. */
gint64
cli_engine_notice_to_budget(gint64 notice_ms);
