/* What the kernel and the file systems of this machine set as limits. */
#pragma once

#include "cli-findings.h"

/* How many files may be watched for news. */
void
cli_doctor_check_watches(GPtrArray *findings);
/* (transfer none): the kind of a network file system that path lies on; NULL: a local one, or not
 * known. */
const char *
cli_doctor_network_file_system(const char *path);
