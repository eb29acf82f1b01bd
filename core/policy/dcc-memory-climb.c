/* Memory that climbs; see the header. */
#include "dcc-memory-climb.h"

/* What comes and goes while nothing happens is less. */
#define LEAST_BYTES (4 * 1024 * 1024)
#define LEAST_PARTS 50 /* of what there was: two per cent */
#define QUIET_LIMIT 3

void
dcc_memory_climb_note(DccMemoryClimb *self, gint64 bytes)
{
    gint64 least = MAX(LEAST_BYTES, self->last / LEAST_PARTS);

    self->quiet = bytes - self->last >= least ? 0 : MIN(self->quiet + 1, QUIET_LIMIT);
    self->last = bytes;
    self->peak = MAX(self->peak, bytes);
}

gboolean
dcc_memory_climb_is_steep(const DccMemoryClimb *self)
{
    return self->quiet < QUIET_LIMIT;
}

gint64
dcc_memory_climb_get_peak(const DccMemoryClimb *self)
{
    return self->peak > 0 ? self->peak : -1;
}
