/* How far a render is, from what its lines say. Pure; never goes backwards, speaks at most once a
 * second and a per cent. */
#pragma once

#include "dcc-output-event.h"

G_BEGIN_DECLS

typedef struct _DccProgress DccProgress;

/* step 0: the range is not known, and so no percentage of the whole is. */
DccProgress *
dcc_progress_new(int first, int last, int step);
void
dcc_progress_free(DccProgress *self);
/* TRUE when there is something new to tell. now: monotonic microseconds. */
gboolean
dcc_progress_feed(DccProgress *self, DccOutputEvent *event, gint64 now);
/* A frame has begun, by another's word than a line's; lines that tell of frames know better. TRUE as
 * above. */
gboolean
dcc_progress_begin_frame(DccProgress *self, int frame, gint64 now);
/* 0 to 100, -1 when not known. */
double
dcc_progress_get_percent(DccProgress *self);
/* FALSE when no frame was seen yet. */
gboolean
dcc_progress_get_frame(DccProgress *self, int *frame);
guint
dcc_progress_get_saved(DccProgress *self);
gint64
dcc_progress_get_remaining(DccProgress *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccProgress, dcc_progress_free)

G_END_DECLS
