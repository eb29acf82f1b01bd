/* The farm engine that started this command, known by the variables it sets.
 *
 * All that is known of engines' environments stands in one table here. Nothing is linked and nobody
 * is asked. Threading: main thread, for the environment is read. */
#pragma once

#include <glib.h>

typedef struct CliEngine CliEngine;

/* NULL: none is known to have started it. */
const CliEngine *
cli_engine_find(void);
/* "slurm". */
const char *
cli_engine_get_name(const CliEngine *self);
/* How long a stop may take in all, so that it is over before the engine kills; milliseconds. By its
 * configuration, where that can be read. */
gint64
cli_engine_read_stop_budget(const CliEngine *self);
/* The same once it has asked this command to end; 0: it says nothing of that. */
gint64
cli_engine_read_budget_left(const CliEngine *self);
/* (transfer full): a name for an instance that says job, task and attempt, so that no attempt finds
 * its name taken by another. NULL with error INVALID: a variable is not what the engine writes. */
char *
cli_engine_make_name(const CliEngine *self, const char *app, GError **error);
/* (transfer full): all of them in one line a piece, for --help. */
char *
cli_engine_describe_all(void);
