/* What stop and kill share: giving the order to one or many, waiting for the end, telling how it
 * went. */
#pragma once

#include <glib.h>

typedef struct {
    const char *verb;  /* "stop", for messages and as the method */
    char **names;      /* without any: the only one there is */
    gboolean all;      /* whatever runs */
    gint64 timeout_ms; /* 0: the settings' own */
    gboolean force;    /* past a session that does not answer */
    gboolean json;
} CliEnding;

/* The exit status. */
int
cli_ending_run(const CliEnding *order);
