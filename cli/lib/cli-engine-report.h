/* What a farm engine is told of a foreground command while it runs: events in, lines in the words of
 * its dialect out, one a change and at most one a second of each kind; and the last line, which says
 * how it ended. Pure: it prints nothing, starts nothing, and is told the time.
 */
#pragma once

#include "cli-dialect.h"
#include <json-glib/json-glib.h>

typedef struct _CliEngineReport CliEngineReport;

typedef void (*CliEngineLineFunc)(const char *line, gpointer data);

/* comment: what a job's comment should say from now on; NULL where the dialect has none. */
CliEngineReport *
cli_engine_report_new(const CliDialect *dialect,
                      CliEngineLineFunc line,
                      CliEngineLineFunc comment,
                      gpointer data);
/* now: monotonic microseconds. */
void
cli_engine_report_feed(CliEngineReport *self, JsonObject *event, gint64 now);
/* Says what had to wait. */
void
cli_engine_report_tick(CliEngineReport *self, gint64 now);
/* Milliseconds until there is something to say; -1: nothing waits. */
int
cli_engine_report_get_wait(CliEngineReport *self, gint64 now);
/* Everything that waits, the failure where there is one (status not 0), and, with verdict, the last
 * line: "dcchost: verdict=clean status=0". */
void
cli_engine_report_finish(CliEngineReport *self, JsonObject *result, int status, gboolean verdict);
void
cli_engine_report_free(CliEngineReport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CliEngineReport, cli_engine_report_free)
