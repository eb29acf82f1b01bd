/* What dcchost needs of the machine. */
#pragma once

#include "cli-findings.h"

void
cli_doctor_check_system(GPtrArray *findings);
