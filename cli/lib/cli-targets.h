/* The instances that a verb for many is about: those named, or all. */
#pragma once

#include "dcc-runtime.h"
#include <json-glib/json-glib.h>

typedef struct {
    char *name;
    JsonObject *status; /* as it stood when it was asked; NULL: see error */
    GError *error;      /* why what was wanted was not done */
    gboolean ended_now; /* it was ended, and nobody was there to report on it */
} CliTarget;

typedef struct {
    DccRuntime *runtime;
    GPtrArray *list; /* of CliTarget */
    gboolean many;   /* several were meant: a line each, a list in JSON */
    gboolean all;    /* whatever there is was meant, and nothing by its name */
} CliTargets;

/* names: NULL-terminated; without any and without all the only one there is. Each has been asked
 * how it stands. Error: one of the names is not known, or there is nothing to choose. */
gboolean
cli_targets_open(CliTargets *self, char **names, gboolean all, GError **error);
CliTarget *
cli_targets_find(CliTargets *self, const char *name);
void
cli_targets_clear(CliTargets *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CliTargets, cli_targets_clear)

/* "all" may not stand beside names. */
gboolean
cli_targets_check_all(gboolean all, char **names, GError **error);
