/* One line of a conformance report: a question, and what came of asking it. Immutable. */
#pragma once

#include "dcc-enums.h"

G_BEGIN_DECLS

#define DCC_TYPE_CONFORMANCE_ROW (dcc_conformance_row_get_type())
DCC_API
G_DECLARE_FINAL_TYPE(DccConformanceRow, dcc_conformance_row, DCC, CONFORMANCE_ROW, GObject)

/* "plan_launch" */
DCC_API const char *
dcc_conformance_row_get_question(DccConformanceRow *self);
DCC_API DccOutcome
dcc_conformance_row_get_outcome(DccConformanceRow *self);
/* What the answers said, for people. */
DCC_API const char *
dcc_conformance_row_get_seen(DccConformanceRow *self);
/* Why it is not well; NULL where it is. */
DCC_API const char *
dcc_conformance_row_get_reason(DccConformanceRow *self);
DCC_API guint
dcc_conformance_row_get_n_asked(DccConformanceRow *self);
/* Microseconds that the slowest answer took. */
DCC_API gint64
dcc_conformance_row_get_slowest(DccConformanceRow *self);
/* OK and DEFAULT. */
DCC_API gboolean
dcc_conformance_row_is_sound(DccConformanceRow *self);
/* (transfer full): all of it as one JSON object. */
DCC_API char *
dcc_conformance_row_to_json(DccConformanceRow *self);

G_END_DECLS
