/* A run's number in an environment; see dcc-proc.h. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The value in a piece of an environment that begins at a variable (at_start) or within one. */
bool
dcc_proc_find_run(const char *text, size_t n, bool at_start, char *run);
