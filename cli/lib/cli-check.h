/* Asking an adapter module its questions in a process of its own, which may crash, spin or exit. */
#pragma once

#include "dcc-error.h"
#include <json-glib/json-glib.h>

/* The descriptor on which that process reports: one JSON object a line. */
#define CLI_CHECK_REPORT_FD 3

typedef struct {
    const char *path;  /* absolute */
    gint64 bound_ms;   /* what takes longer is slow */
    gint64 timeout_ms; /* what takes longer is ended */
    /* Told of each row as it comes: question, outcome, seen, reason, asked, slowest_us. */
    void (*on_row)(JsonObject *row, gpointer data);
    gpointer data;
} CliCheck;

/* (transfer full): path id title version type loaded reason well rows; NULL when the process could
 * not be started. */
JsonObject *
cli_check_run(const CliCheck *check, GError **error);
