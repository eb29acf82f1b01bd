/* Whether memory climbs, by readings of it: then it is looked at more often. Pure.
 *
 * All zero is a climb that has not been looked at: a start is one. */
#pragma once

#include "dcc-api.h"

G_BEGIN_DECLS

typedef struct {
    gint64 last; /* bytes; 0: never read */
    gint64 peak;
    guint quiet; /* readings in a row that found no climb */
} DccMemoryClimb;

void
dcc_memory_climb_note(DccMemoryClimb *self, gint64 bytes);
/* It climbs, or has until a moment ago. */
gboolean
dcc_memory_climb_is_steep(const DccMemoryClimb *self);
/* -1: never read. */
gint64
dcc_memory_climb_get_peak(const DccMemoryClimb *self);

G_END_DECLS
