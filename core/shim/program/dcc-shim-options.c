/* The shim's command line. It is what `ps` shows, so it is written to be read. */
#include "dcc-shim-options.h"

#include <stdlib.h>
#include <string.h>

static bool
number(const char *text, long long min, long long max, long long *value)
{
    char *end;

    *value = strtoll(text, &end, 10);
    return *text != 0 && *end == 0 && *value >= min && *value <= max;
}

static bool
take(ShimOptions *options, const char *name, char *value)
{
    long long n = 0;

    if (strcmp(name, "--dir") == 0)
        options->dir = value;
    else if (strcmp(name, "--log") == 0)
        options->log = value;
    else if (strcmp(name, "--cwd") == 0)
        options->cwd = value;
    else if (strcmp(name, "--daemon") == 0 && options->n_daemons < DCC_SHIM_MAX_DAEMONS)
        options->daemons[options->n_daemons++] = value;
    else if (strcmp(name, "--log-size") == 0 && number(value, 0, INT64_MAX, &n))
        options->log_size = n;
    else if (strcmp(name, "--log-files") == 0 && number(value, 1, 1000, &n))
        options->log_files = (int)n;
    else if (strcmp(name, "--signal") == 0 && number(value, 1, 64, &n))
        options->first_signal = (int)n;
    else if (strcmp(name, "--oom") == 0 && number(value, -1000, 1000, &n))
        options->oom_score = (int)n;
    else if (strcmp(name, "--orphan-signal") == 0 && number(value, 0, 64, &n))
        options->orphan_signal = (int)n;
    else if (strcmp(name, "--tie") == 0)
        return dcc_shim_tie_add(&options->tie, value);
    else
        return false;
    return true;
}

bool
dcc_shim_options_parse(ShimOptions *options, int argc, char **argv)
{
    int i = 1;

    for (; i < argc && strcmp(argv[i], "--") != 0; i += 2)
        if (i + 1 >= argc || !take(options, argv[i], argv[i + 1]))
            return false;
    options->argv = argv + i + 1;
    return i + 1 < argc && options->dir != NULL && options->log != NULL &&
           options->first_signal > 0 && options->log_files > 0;
}
