/* What the checks of `dcchost doctor` found: each adds findings, none changes anything but the
 * directories that every verb makes. */
#pragma once

#include <json-glib/json-glib.h>

typedef enum {
    CLI_FINDING_OK,
    CLI_FINDING_WARN,
    CLI_FINDING_FAIL,
} CliLevel;

typedef struct {
    CliLevel level;
    char *check;  /* "runtime directory" */
    char *detail; /* what was found */
    char *advice; /* what to do about it, or NULL */
} CliFinding;

/* (transfer full, element-type CliFinding) */
GPtrArray *
cli_findings_new(void);
void
cli_findings_add(GPtrArray *findings,
                 CliLevel level,
                 const char *check,
                 const char *advice,
                 const char *format,
                 ...) G_GNUC_PRINTF(5, 6);
const char *
cli_finding_level_name(CliLevel level);
/* One finding as it travels between processes, and as --json shows it. */
JsonObject *
cli_finding_to_json(const CliFinding *finding);
void
cli_findings_add_json(GPtrArray *findings, JsonObject *object);
