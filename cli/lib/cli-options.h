/* Reading a verb's command line: GOption, with our own help, our own words for mistakes, and bytes
 * left as they are (every text option must be G_OPTION_ARG_FILENAME: nothing says that a path is
 * UTF-8). */
#pragma once

#include <glib.h>

typedef struct {
    const char *arguments;   /* "[NAME]": what follows the options */
    const char *summary;     /* one sentence */
    const char *description; /* examples and notes; the exit statuses are added */
    guint min;               /* how many arguments there must be */
    guint max;
} CliUsage;

/* (transfer full): what follows "--", which is the application's own and not for GOption to read; it is
 * cut off argv. NULL: there is no "--". */
char **
cli_options_cut(char **argv);
/* Parses *argv in place: what is left is *argv[1] and on. FALSE: the verb is over, with *status;
 * --help was printed, or one line about the mistake. */
gboolean
cli_options_parse(const CliUsage *usage, const GOptionEntry *entries, char **argv, int *status);
/* A mistake found after parsing; the status. */
int
cli_options_fail(const char *verb, const GError *error);
