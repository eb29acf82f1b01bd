/* Text for people: harmless on a terminal, short, the same in every locale. */
#pragma once

#include <glib.h>

/* (transfer full): control bytes and what is no UTF-8 become \xNN, so that no name, path or line of
 * an application can steer the terminal. A line feed becomes \n. */
char *
cli_escape(const char *text);
/* The same, but line feeds stay. */
char *
cli_escape_keeping_lines(const char *text);
/* (transfer full): "0.4 s", "12 s", "3 min 12 s", "2 h 5 min", "3 d 4 h"; "-" when negative (not
 * known). */
char *
cli_duration_text(double seconds);
/* (transfer full): "12.3 MiB". */
char *
cli_size_text(guint64 bytes);
/* (transfer full): "; did you mean a or b?", or "". */
char *
cli_near_text(const char *word, const char *const *candidates);
