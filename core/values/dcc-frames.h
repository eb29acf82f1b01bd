/* The frames of a render: "1-240x2,300". Immutable, each frame once, in rising order. */
#pragma once

#include "dcc-enums.h"

G_BEGIN_DECLS

/**
 * DCC_FRAMES_MAX:
 *
 * So many frames a list may have, counted before what overlaps is merged.
 *
 * Since: 1.0
 */
#define DCC_FRAMES_MAX 1000000

#define DCC_TYPE_FRAMES (dcc_frames_get_type())
DCC_API
G_DECLARE_FINAL_TYPE(DccFrames, dcc_frames, DCC, FRAMES, GObject)

/* "5", "1-240", "1-240x2", "-5--1", and lists of these with commas. */
DCC_API DccFrames *
dcc_frames_parse(const char *text, GError **error);
/* In any order, also twice. */
DCC_API DccFrames *
dcc_frames_new(const int *frames, guint n);
DCC_API guint
dcc_frames_count(DccFrames *self);
/* The ith, from 0. */
DCC_API int
dcc_frames_get(DccFrames *self, guint i);
DCC_API gboolean
dcc_frames_contains(DccFrames *self, int frame);
/* The frames from the ith on that have one step between them. TRUE: there is one at least. */
DCC_API gboolean
dcc_frames_get_run(DccFrames *self, guint i, int *first, int *last, int *step);
/* What dcc_frames_parse() takes, as short as can be. */
DCC_API char *
dcc_frames_to_text(DccFrames *self);

G_END_DECLS
