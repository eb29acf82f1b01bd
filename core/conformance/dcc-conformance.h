/* The conformance suite: every question, asked of an adapter in every way that a session may ask
 * it. One suite for adapters in C and in Python. It only asks: it starts nothing and writes
 * nothing. */
#pragma once

#include "dcc-adapter.h"
#include "dcc-conformance-row.h"

G_BEGIN_DECLS

#define DCC_TYPE_CONFORMANCE (dcc_conformance_get_type())
DCC_API
G_DECLARE_FINAL_TYPE(DccConformance, dcc_conformance, DCC, CONFORMANCE, GObject)

DCC_API DccConformance *
dcc_conformance_new(DccAdapter *adapter);
/* How long one answer may take, in milliseconds; read_line is given a hundredth of it. */
DCC_API void
dcc_conformance_set_bound(DccConformance *self, gint64 ms);
DCC_API gint64
dcc_conformance_get_bound(DccConformance *self);
/* The names of the questions, in the order in which they are asked. */
DCC_API const char *const *
dcc_conformance_list_questions(void);
/* (transfer full): one question, in every way. Error INVALID: there is no such question. */
DCC_API DccConformanceRow *
dcc_conformance_ask(DccConformance *self, const char *question, GError **error);
/* (transfer full): a list of DccConformanceRow, one for each question. */
DCC_API GListModel *
dcc_conformance_run(DccConformance *self);

G_END_DECLS
