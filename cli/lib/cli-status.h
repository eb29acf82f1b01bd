/* What several verbs do with the status object. */
#pragma once

#include <json-glib/json-glib.h>

/* TRUE: its session did not answer; what is told of it is what was last recorded. */
gboolean
cli_status_is_silent(JsonObject *status);
/* (transfer full): "running", "running (unattended)", "restarting in 2.0 s", "crashed: signal 11",
 * "not answering". */
char *
cli_status_state(JsonObject *status);
/* (transfer full): "3 min 2 s", "-" when it does not run. */
char *
cli_status_uptime(JsonObject *status);
/* (transfer full): "1234", "-". */
char *
cli_status_pid(JsonObject *status, const char *member);
/* What a shell shows of an end; result NULL: nothing is known of it. */
int
cli_status_get_exit_code(JsonObject *result);
/* The whole of it, a line each. */
void
cli_status_print(JsonObject *status);
