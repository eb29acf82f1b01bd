/* How the end of an instance is told. */
#pragma once

#include "cli-targets.h"

/* report NULL: it had ended before, or target->error says why it has not. TRUE where it has
 * ended. */
gboolean
cli_end_report_print(CliTarget *target, JsonObject *report);
/* One line. */
gboolean
cli_end_report_print_line(CliTarget *target, JsonObject *report);
/* (transfer full) */
JsonObject *
cli_end_report_to_json(CliTarget *target, JsonObject *report);
