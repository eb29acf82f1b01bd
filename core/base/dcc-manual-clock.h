/* A clock whose hands a test moves. */
#pragma once

#include "dcc-clock.h"

G_BEGIN_DECLS

#define DCC_TYPE_MANUAL_CLOCK (dcc_manual_clock_get_type())
G_DECLARE_FINAL_TYPE(DccManualClock, dcc_manual_clock, DCC, MANUAL_CLOCK, DccClock)

DccManualClock *
dcc_manual_clock_new(void);

/* Moves the hands on, firing on the way whatever falls due, in order. */
void
dcc_manual_clock_advance(DccManualClock *self, gint64 delay_ms);
guint
dcc_manual_clock_pending(DccManualClock *self);

G_END_DECLS
