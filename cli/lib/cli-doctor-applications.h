/* What dcchost needs to launch something: adapters, and installations they find. */
#pragma once

#include "cli-findings.h"

/* app NULL: all that an adapter knows, each looked at in a process of its own, side by side. Asked
 * about one, its absence is a failure. */
void
cli_doctor_check_applications(GPtrArray *findings, const char *app);
/* Here and now; absence: how bad it is that it is not installed. */
void
cli_doctor_check_application(GPtrArray *findings, const char *app, CliLevel absence);
