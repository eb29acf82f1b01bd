/* What a run took of the machine in its last minutes: bounded, and read when somebody asks. */
#pragma once

#include "dcc-tree.h"

G_BEGIN_DECLS

#define DCC_RESOURCE_RING_SIZE 64

typedef struct _DccResourceRing DccResourceRing;

DccResourceRing *
dcc_resource_ring_new(void);
void
dcc_resource_ring_free(DccResourceRing *self);
/* now: monotonic, wall: since 1970; both microseconds. A sample of nobody is left out. */
void
dcc_resource_ring_add(DccResourceRing *self, const DccTreeSample *sample, gint64 now, gint64 wall);
guint
dcc_resource_ring_get_length(DccResourceRing *self);
/* (transfer full): a head and a line a sample, separated by tabs, the oldest first. CPU time and
 * bytes are those since the sample before; "-": not known. */
char *
dcc_resource_ring_to_text(DccResourceRing *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccResourceRing, dcc_resource_ring_free)

G_END_DECLS
