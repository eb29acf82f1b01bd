/* Making a row of the report. */
#pragma once

#include "dcc-conformance-row.h"

G_BEGIN_DECLS

/* (transfer full): takes seen and reason. */
DccConformanceRow *
dcc_conformance_row_new(const char *question,
                        DccOutcome outcome,
                        char *seen,
                        char *reason,
                        guint n_asked,
                        gint64 slowest_us);

G_END_DECLS
