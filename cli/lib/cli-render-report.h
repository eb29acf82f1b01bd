/* What a render says: a line for each frame, those that failed, and the last line. The one place for
 * whoever wants them in other words. */
#pragma once

#include <json-glib/json-glib.h>

/* (transfer full): of an event `frame`, without the instance's name. */
char *
cli_render_report_frame(JsonObject *event);
/* Names what failed, and says the verdict in the one line that programs go by. rendered: the event, or
 * NULL where nothing had to be rendered. n_skipped: frames that were there before. json: standard
 * output is for events, so this goes to stderr. */
void
cli_render_report_verdict(JsonObject *rendered, guint n_skipped, gboolean json);
/* What the command ends with. status: as of a launch. */
int
cli_render_report_status(JsonObject *rendered, int status);
