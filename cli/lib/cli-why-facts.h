/* What is known of one instance, and what kind of case that makes. */
#pragma once

#include <json-glib/json-glib.h>

typedef struct {
    const char *name;
    JsonObject *status; /* as it stands now; NULL: not known */
    JsonObject *death;  /* its newest bad end on record; NULL: none */
} CliWhy;

/* It hangs at this moment. */
gboolean
cli_why_is_hung(const CliWhy *why);
/* It ended while no session attended it, and no session has judged the end yet. */
gboolean
cli_why_is_unattended_end(const CliWhy *why);
