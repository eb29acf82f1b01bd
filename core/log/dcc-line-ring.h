/* The last lines of one run's output, to judge its end by. Bounded. */
#pragma once

#include "dcc-api.h"

G_BEGIN_DECLS

#define DCC_LINE_RING_LINES  100
#define DCC_LINE_RING_LENGTH 4096 /* bytes kept of a line */

typedef struct _DccLineRing DccLineRing;

DccLineRing *
dcc_line_ring_new(void);
void
dcc_line_ring_free(DccLineRing *self);
/* line: valid UTF-8. */
void
dcc_line_ring_add(DccLineRing *self, const char *line);
/* (transfer full): the last n lines, oldest first. */
char **
dcc_line_ring_list(DccLineRing *self, guint n);

G_END_DECLS
