/* How a foreground command speaks to the farm engine that started it: lines on standard output, the
 * comment of a job, the exit status. It is there for every foreground command; where there is neither
 * an engine nor --dialect, it says nothing, and maps what --exit-map says. Threading: main thread, for
 * the environment is read. */
#pragma once

#include <json-glib/json-glib.h>

typedef struct _CliEngineVoice CliEngineVoice;

/* dialect, exit_map (nullable): as the user wrote them; dialect NULL:
 * that of the engine that started it. A usage error where they are wrong. silent:
 * lines are for programs of another kind (--json). */
CliEngineVoice *
cli_engine_voice_new(const char *dialect, const char *exit_map, gboolean silent, GError **error);
/* Whether progress is told in lines of its own: no others are wanted. */
gboolean
cli_engine_voice_tells_progress(CliEngineVoice *self);
void
cli_engine_voice_feed(CliEngineVoice *self, JsonObject *event);
/* Says what had to wait. */
void
cli_engine_voice_tick(CliEngineVoice *self);
/* Milliseconds until there is something to say; -1: nothing waits. */
int
cli_engine_voice_get_wait(CliEngineVoice *self);
/* The failure where there is one and, with verdict, the last line. Returns the status to end with. result (nullable): of the end; status: without an
 * exit map. */
int
cli_engine_voice_finish(CliEngineVoice *self, JsonObject *result, int status, gboolean verdict);
/* (transfer full): what --dialect and --exit-map mean, for --help. */
char *
cli_engine_voice_describe(void);
void
cli_engine_voice_free(CliEngineVoice *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CliEngineVoice, cli_engine_voice_free)
