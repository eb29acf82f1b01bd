/* What stop and kill share: giving the order, waiting for the end, telling how it went. */
#pragma once

#include <glib.h>

typedef struct {
    const char *verb;  /* "stop", for messages and as the method */
    const char *name;  /* NULL: the only one there is */
    gint64 timeout_ms; /* 0: the settings' own */
    gboolean json;
} CliEnding;

/* The exit status. */
int
cli_ending_run(const CliEnding *order);
