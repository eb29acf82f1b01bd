/* Standard output, watched: a reader that went away ends us quietly as it ends other tools, and a
 * full disk is a failure, not a success with half the text. */
#pragma once

#include <json-glib/json-glib.h>

void
cli_out(const char *format, ...) G_GNUC_PRINTF(1, 2);
void
cli_out_text(const char *text);
/* Hands everything to the system now. */
void
cli_out_flush(void);
/* What is printed only tells of something that was done: that it cannot be written changes
 * nothing about that, nor about the status. */
void
cli_out_set_byproduct(void);
/* At the very end: status; 125 when the output was what was wanted and could not be written. */
int
cli_out_finish(int status);
gboolean
cli_out_is_terminal(void);
/* A terminal that wants colours: NO_COLOR is not set, TERM is not dumb. */
gboolean
cli_out_has_colour(void);
/* Text for the terminal is escaped, text for a pipe goes as it is. (transfer full) */
char *
cli_out_safe(const char *text);

/* One JSON document, indented, with a line feed. */
void
cli_out_object(JsonObject *object);
void
cli_out_array(JsonArray *array);
/* One object on one line. */
void
cli_out_json_line(JsonObject *object);
