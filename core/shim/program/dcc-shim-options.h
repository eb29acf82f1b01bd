/* The shim's command line. */
#pragma once

#include "dcc-shim-tie.h"

typedef struct {
    const char *dir;
    const char *log;
    const char *cwd;
    int64_t log_size;
    int log_files;
    int first_signal;
    int oom_score;
    int orphan_signal; /* to the application where the shim dies; 0: it lives on */
    const char *daemons[DCC_SHIM_MAX_DAEMONS];
    unsigned n_daemons;
    ShimTie tie; /* not opened */
    char **argv;
} ShimOptions;

bool
dcc_shim_options_parse(ShimOptions *options, int argc, char **argv);
