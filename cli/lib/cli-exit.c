/* GError to exit status and message. The status 126 or 127 of an application that could not be
 * executed comes from its result, not from here. */
#include "cli-exit.h"

#include "cli-text.h"
#include <stdio.h>

const char cli_exit_help[] =
    "Exit status:\n"
    "  0     done\n"
    "  1     what was asked about is not there, or is not well\n"
    "  2     the command line is wrong\n"
    "  69    no such application is known or installed\n"
    "  75    try again later: the name is taken, no licence\n"
    "  78    bad setting, scene or directory\n"
    "  124   a timeout fired\n"
    "  125   dcchost itself failed\n"
    "  126   the application cannot be executed; 127: its file is not there\n"
    "  A foreground launch ends with the application's own code, or 128+n for signal n; a start\n"
    "  that signal n interrupted ends with 128+n, too.";

static const int statuses[] = {
    [DCC_ERROR_FAILED] = CLI_FAILED,
    [DCC_ERROR_UNKNOWN_APP] = CLI_NOT_INSTALLED,
    [DCC_ERROR_NOT_INSTALLED] = CLI_NOT_INSTALLED,
    [DCC_ERROR_NOT_FOUND] = CLI_NOT_WELL,
    [DCC_ERROR_INVALID] = CLI_BAD_CONFIG,
    [DCC_ERROR_BUSY] = CLI_TRY_AGAIN,
    [DCC_ERROR_LICENCE] = CLI_TRY_AGAIN,
    [DCC_ERROR_TIMEOUT] = CLI_TIMEOUT,
    [DCC_ERROR_UNSAFE] = CLI_FAILED,
    [DCC_ERROR_ADAPTER] = CLI_FAILED,
    [DCC_ERROR_START] = CLI_FAILED,
    [DCC_ERROR_SCENE] = CLI_BAD_CONFIG,
    [DCC_ERROR_NOT_SUPPORTED] = CLI_BAD_CONFIG,
    [DCC_ERROR_PROTOCOL] = CLI_FAILED,
    [DCC_ERROR_GONE] = CLI_FAILED,
};

int
cli_exit_status(const GError *error)
{
    if (error->domain == G_OPTION_ERROR)
        return CLI_USAGE;
    if (error->domain == DCC_ERROR && (guint)error->code < G_N_ELEMENTS(statuses))
        return statuses[error->code];
    return CLI_FAILED;
}

int
cli_fail(const GError *error)
{
    g_autofree char *message = cli_escape_keeping_lines(error->message);

    fprintf(stderr, "dcchost: %s\n", message);
    return cli_exit_status(error);
}

void
cli_warn(const char *format, ...)
{
    g_autofree char *message = NULL, *escaped = NULL;
    va_list args;

    va_start(args, format);
    message = g_strdup_vprintf(format, args);
    va_end(args);
    escaped = cli_escape_keeping_lines(message);
    fprintf(stderr, "dcchost: %s\n", escaped);
}

void
cli_set_usage_error(GError **error, const char *format, ...)
{
    g_autofree char *message = NULL;
    va_list args;

    va_start(args, format);
    message = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, message);
}
