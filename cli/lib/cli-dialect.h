/* The words in which a farm engine reads progress, status and failure from what a task prints: one
 * row of a table for each engine. Pure. */
#pragma once

#include <glib.h>

typedef struct CliDialect CliDialect;

/* name NULL or unknown: NULL, and where it is unknown a usage error that lists the names. */
const CliDialect *
cli_dialect_find(const char *name, GError **error);
const char *
cli_dialect_get_name(const CliDialect *self);
/* Whether the job's comment is where this engine shows how far it is. */
gboolean
cli_dialect_has_comment(const CliDialect *self);
/* (transfer full) (nullable): the line that says it; NULL where this engine reads none of the kind.
 * Texts are one line. */
char *
cli_dialect_say_progress(const CliDialect *self, double percent);
char *
cli_dialect_say_status(const CliDialect *self, const char *text);
char *
cli_dialect_say_failure(const CliDialect *self, const char *text);
char *
cli_dialect_say_frame(const CliDialect *self, gint64 frame);
char *
cli_dialect_say_image(const CliDialect *self, const char *path);
/* (transfer full): "slurm|openjd|...", for --help. */
char *
cli_dialect_list(void);
