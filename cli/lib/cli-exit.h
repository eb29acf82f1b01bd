/* The exit status of every verb, in one place: what scripts and render farms go by.
 *
 * A failure travels as a GError up to the verb and becomes one line on stderr and one number here.
 * A mistake in the command line itself travels as a G_OPTION_ERROR.
 */
#pragma once

#include "dcc-error.h"

typedef enum {
    CLI_DONE = 0,
    CLI_NOT_WELL = 1, /* what was asked about is not there, or not well */
    CLI_USAGE = 2,
    CLI_NOT_INSTALLED = 69,
    CLI_TRY_AGAIN = 75,
    CLI_BAD_CONFIG = 78,
    CLI_TIMEOUT = 124,
    CLI_FAILED = 125,
    CLI_NOT_EXECUTABLE = 126,
    CLI_NO_SUCH_COMMAND = 127,
    CLI_SIGNAL_BASE = 128, /* and the number of the signal that interrupted it */
} CliExit;

/* The table above, for --help. */
extern const char cli_exit_help[];

int
cli_exit_status(const GError *error);
/* "dcchost: MESSAGE" on stderr; returns its status. */
int
cli_fail(const GError *error);
/* A remark on stderr that changes no status. */
void
cli_warn(const char *format, ...) G_GNUC_PRINTF(1, 2);
void
cli_set_usage_error(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
