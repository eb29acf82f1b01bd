/* Time as an object: the session asks this one clock and nothing else, so a test can hold the
 * hands.
 *
 * Units: instants are microseconds, delays are milliseconds. Instants are monotonic and stand still
 * while the machine sleeps, so that a sleep expires no probe.
 */
#pragma once

#include "dcc-api.h"
#include <glib-object.h>

G_BEGIN_DECLS

#define DCC_TYPE_CLOCK (dcc_clock_get_type())
G_DECLARE_DERIVABLE_TYPE(DccClock, dcc_clock, DCC, CLOCK, GObject)

struct _DccClockClass {
    GObjectClass parent_class;
    gint64 (*now)(DccClock *self);
    guint (*add)(DccClock *self, gint64 delay_ms, GSourceFunc func, gpointer data);
    void (*remove)(DccClock *self, guint id);
};

/* The machine's clock; timers fire in the thread-default main context at the time of dcc_clock_add.
 */
DccClock *
dcc_clock_new(void);
gint64
dcc_clock_now(DccClock *self);
guint
dcc_clock_add(DccClock *self, gint64 delay_ms, GSourceFunc func, gpointer data);
void
dcc_clock_remove(DccClock *self, guint id);

/* Removes the timer *id holds, if it holds one, and forgets it. */
void
dcc_clock_clear(DccClock *self, guint *id);

/* When something began that is age_ms old now (-1: not known), microseconds since 1970 as the wall
 * clock counts them since it was set last: what was made after a clock was set back bears earlier
 * times than the start that was written down. */
gint64
dcc_clock_find_earliest(gint64 began_wall, gint64 now_wall, gint64 age_ms);

G_END_DECLS
