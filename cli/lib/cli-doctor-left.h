/* Directories of instances that no listing has, for `dcchost doctor`. */
#pragma once

#include "cli-findings.h"
#include "dcc-runtime.h"

G_BEGIN_DECLS

/* A runtime directory in which a shim was, and of which no record speaks. */
void
cli_doctor_check_ruin(GPtrArray *findings, DccRuntime *runtime, const char *name);
/* Rescue copies in state directories of which nobody knows how their instance ended. */
void
cli_doctor_check_copies(GPtrArray *findings, DccRuntime *runtime);

G_END_DECLS
