/* The checks of `dcchost doctor`: each adds findings, none changes anything but the directories
 * that every verb makes. */
#pragma once

#include <glib.h>

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

/* (transfer full, element-type CliFinding): app NULL looks at all applications. */
GPtrArray *
cli_doctor_examine(const char *app);

/* For the files with the checks. */
void
cli_doctor_add(GPtrArray *findings,
               CliLevel level,
               const char *check,
               const char *advice,
               const char *format,
               ...) G_GNUC_PRINTF(5, 6);
void
cli_doctor_check_system(GPtrArray *findings);
void
cli_doctor_check_applications(GPtrArray *findings, const char *app);
