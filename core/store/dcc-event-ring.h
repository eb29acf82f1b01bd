/* The newest events of one instance, in memory, for followers that come later. Bounded. */
#pragma once

#include "dcc-json.h"

G_BEGIN_DECLS

#define DCC_EVENT_RING_EVENTS 4096
#define DCC_EVENT_RING_BYTES  (512 * 1024)

typedef struct _DccEventRing DccEventRing;

DccEventRing *
dcc_event_ring_new(void);
void
dcc_event_ring_free(DccEventRing *self);
/* line: (transfer full): the event as one line of JSON. What there is no more room for goes, the
 * oldest first; the newest is kept whatever its size. */
void
dcc_event_ring_add(DccEventRing *self, gint64 number, char *line);
void
dcc_event_ring_clear(DccEventRing *self);
/* (transfer full): the newest events numbered above since that fit into max_bytes of lines, oldest
 * first; *gap: how many are left out or no longer kept. */
JsonArray *
dcc_event_ring_list(DccEventRing *self, gint64 since, gsize max_bytes, gint64 *gap);
/* Whether there is an event of this type about this run. NULL: about none. incarnation: of letters
 * that JSON has no other way to write. */
gboolean
dcc_event_ring_has(DccEventRing *self, const char *type, const char *incarnation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccEventRing, dcc_event_ring_free)

G_END_DECLS
