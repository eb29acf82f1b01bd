/* How far a render is.
 *
 * Problem: lines tell of frames and of samples within one, in any order, repeated for each layer; a
 * person wants one figure that only grows. Contract: a frame completes the ones before it, a saved
 * picture completes its own, and what a later line takes back is not taken back here. A frame
 * outside the range is shown but not reckoned with. Who knows of a frame by another way than the
 * lines is no part of their order: that a frame has begun completes the ones before it, and which
 * picture is saved next says nothing of it. Threading: one thread at a time.
 */
#include "dcc-progress.h"

#include <math.h>

#define SPEAK_EVERY_US G_USEC_PER_SEC

struct _DccProgress {
    int first;
    int step;
    gint64 count; /* frames of the whole; 0: not known */
    gboolean has_frame;
    gboolean by_lines; /* a line has told of a frame */
    int frame;
    double done; /* frames, with the begun one's part; only grows */
    guint saved;
    gint64 remaining_ms; /* of the present frame, by the application's word; -1 not known */
    /* where and when the reckoning of the remaining time begins, and its last moment */
    gboolean has_origin;
    double origin_done;
    gint64 origin_at;
    gint64 last_at;
    /* what was told last */
    gboolean has_told;
    gint64 told_at;
    double told_percent;
    int told_frame;
    guint told_saved;
};

static gint64
count_frames(int first, int last, int step)
{
    gint64 span = (gint64)last - first;

    if (step == 0 || (span > 0 && step < 0) || (span < 0 && step > 0))
        return 0;
    return span / step + 1;
}

DccProgress *
dcc_progress_new(int first, int last, int step)
{
    DccProgress *self = g_new0(DccProgress, 1);

    self->first = first;
    self->step = step;
    self->count = count_frames(first, last, step);
    self->remaining_ms = -1;
    return self;
}

void
dcc_progress_free(DccProgress *self)
{
    g_free(self);
}

/* The place of a frame in the range, from 0; -1 outside of it. */
static gint64
find_index(DccProgress *self, int frame)
{
    if (self->count == 0)
        return -1;

    gint64 offset = (gint64)frame - self->first;
    if (offset != 0 && (offset < 0) != (self->step < 0))
        return -1;
    gint64 index = offset / self->step;
    return index < self->count ? index : -1;
}

static double
get_part(DccOutputEvent *event)
{
    gint64 part, whole;

    dcc_output_event_get_part(event, &part, &whole);
    if (whole <= 0 || part <= 0)
        return 0;
    return MIN((double)part / (double)whole, 1);
}

static void
take_frame(DccProgress *self, DccOutputEvent *event)
{
    int frame;

    if (!dcc_output_event_get_frame(event, &frame))
        return;
    self->has_frame = self->by_lines = TRUE;
    self->frame = frame;
}

/* Done frames, as far as this one event tells; -1 when it does not. */
static double
reckon_done(DccProgress *self, DccOutputEvent *event)
{
    gboolean saved = dcc_output_event_get_kind(event) == DCC_OUTPUT_SAVED;

    if (self->count == 0)
        return -1;
    /* Saved pictures without a frame number are all there is to count by. */
    if (!self->by_lines)
        return saved ? MIN((double)self->saved, (double)self->count) : -1;

    gint64 index = find_index(self, self->frame);
    if (index < 0)
        return -1;
    return (double)index + (saved ? 1 : get_part(event));
}

static void
take_origin(DccProgress *self, gint64 now)
{
    self->last_at = now;
    if (self->has_origin)
        return;
    self->has_origin = TRUE;
    self->origin_at = now;
    self->origin_done = self->done;
}

static gboolean
is_news(DccProgress *self)
{
    double percent = dcc_progress_get_percent(self);

    if (!self->has_told)
        return TRUE;
    /* The last frame is whole before its picture is written, and that is the news people wait for.
     */
    if (percent >= 100 && self->saved != self->told_saved)
        return TRUE;
    if (percent >= 0)
        return floor(percent) > floor(self->told_percent);
    return self->frame != self->told_frame || self->saved != self->told_saved;
}

static gboolean
tell(DccProgress *self, gint64 now)
{
    gboolean complete = self->count > 0 && self->done >= (double)self->count;

    /* The last word is not held back: no later line would bring it. */
    if (!is_news(self) || (self->has_told && !complete && now - self->told_at < SPEAK_EVERY_US))
        return FALSE;
    self->has_told = TRUE;
    self->told_at = now;
    self->told_percent = dcc_progress_get_percent(self);
    self->told_frame = self->frame;
    self->told_saved = self->saved;
    return TRUE;
}

gboolean
dcc_progress_feed(DccProgress *self, DccOutputEvent *event, gint64 now)
{
    g_return_val_if_fail(self != NULL, FALSE);

    DccOutputKind kind = dcc_output_event_get_kind(event);

    if (kind != DCC_OUTPUT_PROGRESS && kind != DCC_OUTPUT_SAVED)
        return FALSE;
    take_frame(self, event);
    if (kind == DCC_OUTPUT_SAVED)
        self->saved++;
    else
        self->remaining_ms = dcc_output_event_get_remaining(event);
    self->done = MAX(self->done, reckon_done(self, event));
    take_origin(self, now);
    return tell(self, now);
}

gboolean
dcc_progress_begin_frame(DccProgress *self, int frame, gint64 now)
{
    g_return_val_if_fail(self != NULL, FALSE);

    if (self->by_lines)
        return FALSE;
    self->has_frame = TRUE;
    self->frame = frame;
    self->done = MAX(self->done, (double)find_index(self, frame));
    take_origin(self, now);
    return tell(self, now);
}

double
dcc_progress_get_percent(DccProgress *self)
{
    g_return_val_if_fail(self != NULL, -1);

    return self->count > 0 ? 100 * self->done / (double)self->count : -1;
}

gboolean
dcc_progress_get_frame(DccProgress *self, int *frame)
{
    g_return_val_if_fail(self != NULL, FALSE);

    if (self->has_frame && frame)
        *frame = self->frame;
    return self->has_frame;
}

guint
dcc_progress_get_saved(DccProgress *self)
{
    g_return_val_if_fail(self != NULL, 0);
    return self->saved;
}

/* The time that the rest of the range takes at the pace so far; -1 before there is a pace. */
static gint64
extrapolate(DccProgress *self)
{
    double made = self->done - self->origin_done;
    double elapsed_ms = (double)(self->last_at - self->origin_at) / 1000;

    if (made <= 0 || elapsed_ms < 1000)
        return -1;
    return (gint64)MIN(((double)self->count - self->done) * elapsed_ms / made, 1e15);
}

/**
 * dcc_progress_get_remaining:
 * @self: the progress
 *
 * Returns: milliseconds until the whole is done: the application's own word when there is but one
 * frame or no known range, else reckoned from the pace so far; -1 when not known
 */
gint64
dcc_progress_get_remaining(DccProgress *self)
{
    g_return_val_if_fail(self != NULL, -1);

    return self->count > 1 ? extrapolate(self) : self->remaining_ms;
}
