/* The foreground of a launch: shows what happens, passes on Ctrl-C, ends with the application's
 * status. It holds nothing: when it dies, the session and the application go on. */
#pragma once

#include "cli-engine-voice.h"
#include "cli-engine.h"
#include "dcc-runtime.h"
#include <json-glib/json-glib.h>

/* How it went, for whoever asks: of each NULL where nothing was told (transfer full). */
typedef struct {
    JsonObject *result;   /* of the last run */
    JsonObject *rendered; /* what came of a render */
} CliViewerEnd;

/* first_event: where this session begins. json: events as JSON lines instead of the account. voice:
 * for the engine that started it. engine: what says, when it asks for a stop, how long that may take;
 * NULL: the user has said so, or there is none. Returns the exit status. */
int
cli_viewer_run(DccRuntime *runtime,
               const char *name,
               gint64 first_event,
               gboolean json,
               CliEngineVoice *voice,
               const CliEngine *engine,
               CliViewerEnd *end);
void
cli_viewer_end_clear(CliViewerEnd *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CliViewerEnd, cli_viewer_end_clear)
/* Waits for a detached launch to be started, or ready. Returns 0, or the exit status with the
 * reason told on stderr; *pid is the application's, 0 where none was told. A signal that is held
 * (cli-signals.h) ends the start. */
int
cli_viewer_wait(
    DccRuntime *runtime, const char *name, gint64 first_event, gboolean ready, gint64 *pid);
