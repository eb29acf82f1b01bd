/* The documented objects in words. Everything here is pure, and escaped. */
#pragma once

#include <json-glib/json-glib.h>

/* (transfer full): how a run ended: "exited with code 3", "signal 11 (core dumped)", with the
 * reason. */
char *
cli_sentence_result(JsonObject *result);
/* (transfer full): the same with the state that the instance ended in, where the words do not say
 * it already; result NULL: nothing is known. */
char *
cli_sentence_end(const char *state, JsonObject *result);
/* (transfer full): what happened, without the name and the time; never NULL. */
char *
cli_sentence_event(JsonObject *event);
/* (transfer full): "[#####.....] 42 % frame 3", or NULL when nothing is known. */
char *
cli_sentence_progress(JsonObject *progress);
/* (transfer full): "ok", "busy (render)", "unresponsive, main thread silent for 12 s". */
char *
cli_sentence_health(JsonObject *health);
