/* `dcchost doctor` for each application in a process of its own, all side by side. */
#pragma once

#include "cli-findings.h"

/* Adds the findings in the order of apps, a NULL-terminated list. Those that are waited for are
 * named on stderr. absence: how bad it is when one is not installed. */
void
cli_parts_run(GPtrArray *findings, const char *const *apps, CliLevel absence);
